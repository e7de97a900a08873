"""From a command line to a run."""

from dist_invention.launch.main import main

__all__ = ["main"]
