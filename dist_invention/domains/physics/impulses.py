"""The impulses of contacts that share balls, kept from one sub-step to the next."""

import numpy as np

NOBODY = np.zeros(0, int)


class Memory:
    """The impulses of the last sub-step, from which the next one starts.

    A resting pile then needs one look instead of ten iterations.

    Args:
        walls: Number of coordinates of all balls.
        pairs: Number of possible pairs in all scenes.

    Example:
        >>> Memory(walls=4, pairs=1).push.tolist()
        [0.0, 0.0, 0.0, 0.0]
    """

    def __init__(self, walls: int, pairs: int):
        self.push, self.rub = np.zeros(walls), np.zeros(walls)
        self.impulse = np.zeros(pairs, complex)
        self._used = NOBODY, NOBODY

    def forget(self, walls=(), pairs=()):
        """Drop what was kept, and note which contacts come now.

        Args:
            walls: Indices of the wall contacts of this sub-step.
            pairs: Indices of the pairs of this sub-step.
        """
        old_walls, old_pairs = self._used
        self.push[old_walls] = self.rub[old_walls] = self.impulse[old_pairs] = 0.0
        self._used = np.asarray(walls, int), np.asarray(pairs, int)

    def keep(self, walls: np.ndarray, scenes: np.ndarray):
        """Keep the entries of some coordinates and scenes only.

        Args:
            walls: Indices of coordinates, or booleans.
            scenes: Booleans, one a scene.
        """
        self.push, self.rub = self.push[walls], self.rub[walls]
        self.impulse = self.impulse.reshape(-1, 6)[scenes].ravel()
        touched = (self.push != 0) | (self.rub != 0)
        self._used = touched.nonzero()[0], (self.impulse != 0).nonzero()[0]
