"""Device and host memory: grow instead of grab, measure, recognise exhaustion."""

import os
import resource
import sys

import psutil

MIB = 1024 * 1024


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


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an exception of any backend says that memory ran out."""
    if isinstance(error, MemoryError):
        return True
    name = type(error).__name__
    text = str(error)
    return name == "ResourceExhaustedError" or "RESOURCE_EXHAUSTED" in text
