"""Where a run happened: commit, versions, device, command line, as a plain dict."""

import hashlib
import importlib.metadata
import os
from pathlib import Path
import platform
import socket
import subprocess
import sys
from typing import Any

import psutil

PACKAGES = ("keras", "tensorflow", "tensorflow-cpu", "jax", "numpy", "h5py", "scipy")


def describe_environment() -> dict[str, Any]:
    """Return versions, machine and command line as plain JSON values."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "host": socket.gethostname(),
        "cores": os.cpu_count(),
        "memory_bytes": psutil.virtual_memory().total,
        "packages": {name: v for name in PACKAGES if (v := _version(name))},
        "command": [_script(), *sys.argv[1:]],
    }


def describe_code(folder: Path) -> dict[str, Any]:
    """Return the commit of a checkout and whether it has uncommitted changes.

    Args:
        folder: Any folder inside the checkout.

    Returns:
        `commit`, `dirty` and `changes_sha256` (of what no commit has: the difference,
        and the names of new files); `None` where git does not say.
    """
    commit = _git(folder, "rev-parse", "HEAD")
    changes = None if commit is None else _git(folder, "status", "--porcelain")
    found = {"commit": commit, "dirty": None if changes is None else bool(changes)}
    text = f"{changes}\n{_git(folder, 'diff', 'HEAD')}" if changes else ""
    digest = hashlib.sha256(text.encode()).hexdigest() if text else None
    return {**found, "changes_sha256": digest}


def _script() -> str:
    """The script as one would type it from here; no machine path."""
    script = Path(sys.argv[0])
    if not script.is_absolute():
        return str(script)
    here = Path.cwd()
    return str(script.relative_to(here)) if script.is_relative_to(here) else script.name


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _git(folder: Path, *words: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
