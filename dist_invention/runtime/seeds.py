"""One seed in; named, independent random streams out."""

import hashlib

import numpy as np


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """Return the random stream of a name: the same for the same seed and names.

    Streams of different names are independent; asking for one more changes none of
    the others.

    Args:
        seed: Seed of the run.
        *names: What the stream is for, as in `("batches", "01-easy", epoch)`.

    Example:
        >>> a = stream(0, "order", 1).integers(1000)
        >>> bool(a == stream(0, "order", 1).integers(1000))
        True
    """
    text = repr((int(seed), *map(str, names)))
    digest = hashlib.sha256(text.encode()).digest()
    key = np.frombuffer(digest[:16], dtype="<u8")
    return np.random.Generator(np.random.Philox(key=key))


def seed_everything(seed: int) -> None:
    """Seed Python, NumPy and the backend, for code that draws from global state."""
    import keras  # imported late: the backend must be prepared before

    keras.utils.set_random_seed(seed)
