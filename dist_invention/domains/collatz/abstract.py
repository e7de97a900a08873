"""Windows of no integer at all: random valuations and residues, with their exact law.

For n uniform among the odd residues of a large power of two the valuations of
3n + 1 along the path are independent and geometric with parameter 1/2, and the residue
modulo a power of three follows from them alone. So a model can train on such windows
and never meet an integer, least of all one that it is tested on.
"""

from dataclasses import dataclass

from dist_invention.domains.collatz.rules import LOG2_3
from dist_invention.domains.collatz.windows import LOW_BITS, TRITS
import numpy as np

MODULUS = 3**TRITS
LOW = 2**LOW_BITS
MAX_VALUATION = 60  # a longer one has probability 2**-60
FAIR = 0.5


@dataclass(frozen=True)
class Abstract:
    """Windows along abstract paths, each of `steps` applications of the map.

    Args:
        residue: Residues modulo 3**TRITS, shape (n, steps + 1).
        low: Residues modulo 2**LOW_BITS, odd, shape (n, steps + 1).
        valuation: Valuations k of each step, shape (n, steps).

    Example:
        >>> paths = draw(np.random.default_rng(0), 2, steps=5)
        >>> paths.residue.shape, paths.valuation.shape, paths.height.shape
        ((2, 6), (2, 5), (2, 6))
    """

    residue: np.ndarray
    low: np.ndarray
    valuation: np.ndarray

    @property
    def height(self) -> np.ndarray:
        """log2 of the path over its beginning in bits, for large n, (n, steps + 1)."""
        rise = LOG2_3 - self.valuation
        start = np.zeros((len(rise), 1))
        return np.concatenate([start, np.cumsum(rise, axis=1)], axis=1)


def draw(
    generator: np.random.Generator,
    count: int,
    steps: int,
    valuation_rate: float = FAIR,
    is_mid_path: bool = False,
) -> Abstract:
    """Return random abstract paths.

    Args:
        generator: Source of randomness.
        count: Number of paths.
        steps: Applications of the map, at least 1.
        valuation_rate: Parameter of the geometric law of valuations, whose mean is
            its inverse: 1/2 is the law of uniform n; about 0.59 that of the paths
            that take longest to come down.
        is_mid_path: Whether the path is cut out of a longer one, as a value on the
            way is; otherwise its first residue is uniform, as that of a random n.

    Raises:
        ValueError: If the rate is none of a law that ends, or nothing is asked for.

    Example:
        >>> draw(np.random.default_rng(1), 3, 4, is_mid_path=True).residue[:, 0] % 3 > 0
        array([ True,  True,  True])
    """
    if not 0 < valuation_rate < 1 or count < 1 or steps < 1:
        raise ValueError(
            "Expected at least one path of one step and a rate between 0 and 1. "
            f"Received: count={count}, steps={steps}, rate={valuation_rate}. "
            "Give a rate such as 0.5."
        )
    before = TRITS if is_mid_path else 0
    # Beyond the window as many steps as fix its last value modulo 2**LOW_BITS.
    shape = (before + steps + LOW_BITS, count)
    valuation = np.minimum(generator.geometric(valuation_rate, shape), MAX_VALUATION)
    residue = _residues(generator, valuation[: before + steps])[before:]
    low = _low_bits(generator, valuation[before:])[: steps + 1]
    return Abstract(residue.T, low.T, valuation[before : before + steps].T)


def _residues(generator, valuation) -> np.ndarray:
    """Forward: T(n) modulo 3**j follows from n and k, shape (steps + 1, n)."""
    half = pow(2, -1, MODULUS)
    inverse = np.array([pow(half, k, MODULUS) for k in range(MAX_VALUATION + 1)])
    found = np.empty((len(valuation) + 1, valuation.shape[1]), np.int64)
    found[0] = generator.integers(0, MODULUS, valuation.shape[1])
    for step, k in enumerate(valuation):
        found[step + 1] = (3 * found[step] + 1) % MODULUS * inverse[k] % MODULUS
    return found


def _low_bits(generator, valuation) -> np.ndarray:
    """Backward: n = (2**k T(n) - 1) / 3 modulo 2**m, shape (steps + 1, n)."""
    third = pow(3, -1, LOW)
    found = np.empty((len(valuation) + 1, valuation.shape[1]), np.int64)
    found[-1] = generator.integers(0, LOW // 2, valuation.shape[1]) * 2 + 1
    for step in range(len(valuation) - 1, -1, -1):
        shifted = found[step + 1] << np.minimum(valuation[step], LOW_BITS)
        found[step] = (shifted - 1) * third % LOW
    return found
