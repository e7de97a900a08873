"""The machine: set up once, in the one order that works, and described."""

from dist_invention.runtime.backend import WrongBackend, require_backend
from dist_invention.runtime.environment import describe_code, describe_environment
from dist_invention.runtime.prepare import Machine, prepare
from dist_invention.runtime.seeds import stream

__all__ = [
    "Machine",
    "WrongBackend",
    "describe_code",
    "describe_environment",
    "prepare",
    "require_backend",
    "stream",
]
