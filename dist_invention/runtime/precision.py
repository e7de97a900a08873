"""The number format for this device, and why."""

from dataclasses import dataclass

POLICIES = {
    "float32": "float32",
    "bfloat16": "mixed_bfloat16",
    "float16": "mixed_float16",
}
CHOICES = ("auto", *POLICIES)
AMPERE = 8.0  # first NVIDIA compute capability with bfloat16 units


@dataclass(frozen=True)
class Precision:
    """A Keras dtype policy and the reason it was chosen.

    Args:
        policy: Name of the policy, as `keras.config.set_dtype_policy` takes it.
        reason: One sentence for the record of the run.

    Example:
        >>> choose_precision("auto", None).policy
        'float32'
    """

    policy: str
    reason: str


def choose_precision(asked: str, capability: float | None) -> Precision:
    """Choose the policy for a device.

    Args:
        asked: `"auto"`, `"float32"`, `"bfloat16"` or `"float16"`.
        capability: Compute capability of the GPU, as in 8.6; `None` on a CPU.

    Raises:
        ValueError: If `asked` is none of these.
    """
    if asked not in CHOICES:
        raise ValueError(
            f"Expected the precision to be one of {CHOICES}. "
            f"Received: precision={asked!r}. Choose one of them."
        )
    if asked != "auto":
        scaling = ", with loss scaling" if asked == "float16" else ""
        return Precision(POLICIES[asked], f"{asked} was asked for{scaling}")
    if capability is None:
        return Precision("float32", "a CPU gains nothing from half precision")
    if capability >= AMPERE:
        return Precision(
            "mixed_bfloat16", f"compute capability {capability} has bfloat16 units"
        )
    return Precision(
        "float32",
        f"compute capability {capability} has no bfloat16 units; "
        "float16 with loss scaling is used only when asked for",
    )


def gpu_capability(backend: str) -> float | None:
    """Return the compute capability of the first GPU, `None` without one."""
    if backend == "jax":
        import jax  # only the active backend is imported

        device = jax.local_devices()[0]
        if device.platform != "gpu":
            return None
        return float(getattr(device, "compute_capability", "0"))
    import tensorflow as tf  # only the active backend is imported

    devices = tf.config.list_physical_devices("GPU")
    if not devices:
        return None
    details = tf.config.experimental.get_device_details(devices[0])
    major, minor = details.get("compute_capability", (0, 0))
    return float(f"{major}.{minor}")
