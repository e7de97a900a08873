"""Distances between many rows, by one matrix product."""

import numpy as np
from scipy.spatial import cKDTree

TREE = 8
"""Most columns for which a tree is faster than all distances."""


def square_distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return squared distances of all pairs, shape (n, k).

    Args:
        a: Shape (n, d).
        b: Shape (k, d).

    Example:
        >>> square_distances(np.zeros((1, 2)), np.array([[3.0, 4.0]])).tolist()
        [[25.0]]
    """
    middle = b.mean(axis=0)  # small numbers lose fewer digits in the product
    a, b = a - middle, b - middle
    lengths = np.einsum("ij,ij->i", a, a)[:, None] + np.einsum("ij,ij->i", b, b)
    return np.maximum(lengths - 2.0 * a @ b.T, 0.0)


def nearest(rows: np.ndarray, among: np.ndarray, skip: int = 0) -> np.ndarray:
    """Return the distance of each row to the nearest other, shape (n,).

    Args:
        rows: Shape (n, d).
        among: Shape (k, d).
        skip: 1 if `rows` are `among`, so that no row is its own neighbour.

    Example:
        >>> nearest(np.array([[0.0], [1.0], [5.0]]), np.array([[0.0], [3.0]])).tolist()
        [0.0, 1.0, 2.0]
    """
    if rows.shape[1] <= TREE:
        return cKDTree(among).query(rows, k=[1 + skip])[0][:, 0]
    square = square_distances(rows, among)
    if skip:
        np.fill_diagonal(square, np.inf)
    return np.sqrt(square.min(axis=1))
