"""Device and host memory: grow instead of grab, measure, recognise exhaustion."""

import errno
import os
from pathlib import Path
import resource
import sys

from dist_invention.runtime.processes import card_limit_mebibytes
import psutil

MIB = 1024 * 1024
NO_ROOM = (  # how the backends and NVIDIA's libraries say it
    "RESOURCE_EXHAUSTED",
    "CUDA_ERROR_OUT_OF_MEMORY",
    "CUBLAS_STATUS_ALLOC_FAILED",
    "Dst tensor is not initialized",
)
CGROUPS = Path("/sys/fs/cgroup")
OWN_CGROUPS = Path("/proc/self/cgroup")
NO_LIMIT = 2**60  # bytes; what the first version of cgroups says instead of "max"
# Where limit, use and reclaimable page cache stand, in either version of cgroups.
CONTAINER_FILES = (
    ("memory.max", "memory.current", ("inactive_file", "active_file")),
    (
        "memory.limit_in_bytes",
        "memory.usage_in_bytes",
        ("total_inactive_file", "total_active_file"),
    ),
)


def grow_on_demand(backend: str) -> str:
    """Let the backend take device memory as it needs it, and say what was done.

    Call it before the backend touches a device.

    Args:
        backend: `"tensorflow"` or `"jax"`.

    Returns:
        One sentence for the record of the run.

    Raises:
        RuntimeError: If the backend has already initialised its devices.
    """
    if backend == "jax":
        os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
        return "JAX takes device memory as needed (no preallocation)"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import tensorflow as tf  # imported late: the log level must be set before

    devices = tf.config.list_physical_devices("GPU")
    for device in devices:
        tf.config.experimental.set_memory_growth(device, True)
    return f"TensorFlow memory growth on {len(devices)} GPU(s)"


def host_mebibytes() -> float:
    """Return the memory that this process holds now, in MiB."""
    return psutil.Process().memory_info().rss / MIB


def peak_host_mebibytes() -> float:
    """Return the most memory that this process ever held, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / MIB if sys.platform == "darwin" else peak / 1024


def available_mebibytes() -> float:
    """Return how much more host memory can be had, in MiB.

    It is what the machine has left, or what the limit of the container leaves, as
    Docker, Kubernetes and batch systems set it: whichever is less.
    """
    free = psutil.virtual_memory().available
    return min([free, *container_room(CGROUPS, OWN_CGROUPS)]) / MIB


def container_room(root: Path, own: Path) -> list[int]:
    """Return the bytes that each memory limit over this process leaves.

    Page cache does not count as used, since it gives way.

    Args:
        root: Where the control groups are mounted.
        own: The file that names the groups of this process.

    Returns:
        One number a limit; nothing where there is none.
    """
    rooms = []
    for folder in _group_folders(root, own):
        for limit_file, used_file, cache in CONTAINER_FILES:
            limit = _number(folder / limit_file)
            used = _number(folder / used_file)
            if limit is None or used is None or limit >= NO_LIMIT:
                continue
            rooms.append(max(0, limit - used + _sum(folder / "memory.stat", cache)))
    return rooms


def _group_folders(root: Path, own: Path) -> list[Path]:
    """The folders of the groups over this process, from its own to the outermost.

    Inside a container the named path is often missing and the container's own group
    is mounted at the root, which is why the root is always among them.
    """
    found: dict[Path, None] = {}
    for line in _text(own).splitlines():
        _, controllers, name = line.split(":", 2)
        if controllers and "memory" not in controllers.split(","):
            continue
        top = root / "memory" if controllers else root
        inner = top / name.strip("/")
        while inner != top:
            found[inner] = None
            inner = inner.parent
        found[top] = None
    return [folder for folder in found if folder.is_dir()]


def _text(path: Path) -> str:
    """The text of a file of the kernel, empty where the system has none."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""


def _number(path: Path) -> int | None:
    word = _text(path).strip()
    return int(word) if word.isdigit() else None


def _sum(path: Path, names: tuple[str, ...]) -> int:
    rows = (line.split() for line in _text(path).splitlines())
    return sum(int(row[1]) for row in rows if len(row) == 2 and row[0] in names)


def device_mebibytes(backend: str) -> dict[str, float] | None:
    """Return current and peak memory of the first GPU in MiB, `None` without one."""
    if backend == "jax":
        import jax  # only the active backend is imported

        stats = jax.local_devices()[0].memory_stats() or {}
        keys = {"current": "bytes_in_use", "peak": "peak_bytes_in_use"}
        if not all(key in stats for key in keys.values()):
            return None
        return {name: stats[key] / MIB for name, key in keys.items()}
    import tensorflow as tf  # only the active backend is imported

    if not tf.config.list_physical_devices("GPU"):
        return None
    info = tf.config.experimental.get_memory_info("GPU:0")
    return {name: info[name] / MIB for name in ("current", "peak")}


def device_limit_mebibytes(backend: str) -> float | None:
    """Return the most that this process can have of the first GPU, in MiB.

    JAX knows its limit. TensorFlow does not; there it is the card without what other
    processes hold, as nvidia-smi tells, in at most a few seconds.

    Returns:
        `None` without a GPU, or where nobody knows.
    """
    if device_mebibytes(backend) is None:
        return None
    if backend == "jax":
        import jax  # only the active backend is imported

        limit = (jax.local_devices()[0].memory_stats() or {}).get("bytes_limit")
        return None if limit is None else limit / MIB
    return card_limit_mebibytes()


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an exception of any backend says that memory ran out."""
    if isinstance(error, MemoryError):
        return True
    if isinstance(error, OSError) and error.errno == errno.ENOMEM:
        return True
    text = str(error)
    is_named = type(error).__name__ == "ResourceExhaustedError"
    return is_named or any(words in text for words in NO_ROOM)
