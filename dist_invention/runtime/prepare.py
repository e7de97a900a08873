"""prepare(): backend, memory, precision and seeds, in the one order that works."""

from dataclasses import asdict, dataclass
from typing import Any

from dist_invention.runtime.backend import require_backend
from dist_invention.runtime.environment import describe_environment
from dist_invention.runtime.memory import grow_on_demand
from dist_invention.runtime.precision import choose_precision, gpu_capability
from dist_invention.runtime.seeds import seed_everything


@dataclass(frozen=True)
class Machine:
    """What was set up, for the record of the run.

    Args:
        backend: Name of the backend.
        memory: What was done about device memory.
        policy: Keras dtype policy.
        policy_reason: Why this policy.
        environment: Versions, machine and command line.

    Example:
        >>> Machine("tensorflow", "", "float32", "asked for", {}).policy
        'float32'
    """

    backend: str
    memory: str
    policy: str
    policy_reason: str
    environment: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


def prepare(seed: int, precision: str = "auto") -> Machine:
    """Set up the machine before anything is built.

    Args:
        seed: Seed of the run.
        precision: `"auto"`, `"float32"`, `"bfloat16"` or `"float16"`.

    Raises:
        WrongBackend: If Keras cannot run on the backend asked for.
        ValueError: If the precision is unknown.
    """
    backend = require_backend()
    memory = grow_on_demand(backend)
    chosen = choose_precision(precision, gpu_capability(backend))
    import keras  # imported late: memory and backend are settled first

    keras.config.set_dtype_policy(chosen.policy)
    seed_everything(seed)
    return Machine(
        backend, memory, chosen.policy, chosen.reason, describe_environment()
    )
