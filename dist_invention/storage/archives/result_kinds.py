"""Which files and folders are results of other tools, judged by their names alone.

The rule, applied by `find_foreign`:

1. Never entered: version control, virtual environments, caches (`NEVER`, `MARKS`), and
   our own runs and bundles.
2. A folder is source code if it holds a source file or is a project (`PROJECT`, or
   under version control), and so is all below it. Folders named as in
   `RESULT_FOLDERS`, and what lies below them, are not, but for projects in them.
3. Outside source code, a folder that holds a file of a kind in `STRONG` or `WEAK` is
   saved whole, with all below it except 1 and projects.
4. Inside source code only `STRONG` counts: weights, arrays, pickles, event files. A
   folder there that has no source file itself is saved whole; of others, only these
   files are.
5. A folder of more than `MAX_FILES` files is a data set: it is left out and named.
"""

import os
import re

from dist_invention.storage.archives.search import Place

NEVER = {
    *(".git", ".hg", ".svn", "__pycache__", "node_modules", "site-packages", ".tox"),
    *(".nox", ".cache", ".mypy_cache", ".pytest_cache", ".ruff_cache"),
    ".ipynb_checkpoints",
}
MARKS = {
    "pyvenv.cfg": "a virtual environment",
    "conda-meta": "a virtual environment",
    "CACHEDIR.TAG": "a cache",
}
VERSIONED = {".git", ".hg", ".svn"}
PROJECT = {
    *("pyproject.toml", "setup.py", "setup.cfg", "go.mod"),
    *("Cargo.toml", "package.json", "CMakeLists.txt"),
}
RESULT_FOLDERS = {
    *("outputs", "output", "results", "result", "runs", "logs", "checkpoints"),
    *("models", "saved_models", "artifacts", "lightning_logs", "wandb", "mlruns"),
    *("tensorboard", "tb_logs"),
}
SOURCE = (".py", ".pyx", ".c", ".cc", ".cpp", ".h", ".hpp", ".cu", ".rs", ".go", ".jl")
STRONG = (
    *(".h5", ".hdf5", ".keras", ".npz", ".npy", ".pkl", ".pickle", ".joblib", ".dill"),
    *(".pt", ".pth", ".ckpt", ".safetensors", ".onnx", ".tflite", ".pb", ".bin"),
    *(".msgpack", ".index", ".mat"),
)
EVENTS = re.compile(r"events\.out\.tfevents|\.data-\d{5}-of-\d{5}$|^checkpoint$")
WEAK = (
    *(".json", ".jsonl", ".csv", ".tsv", ".parquet", ".log", ".txt", ".out", ".err"),
    *(".yaml", ".yml", ".html", ".png", ".svg", ".pdf", ".gif", ".mp4", ".ipynb"),
    *(".db", ".sqlite", ".xlsx"),
)
GROWING = (".log", ".jsonl", ".csv", ".tsv", ".txt", ".out", ".err")
BUNDLE = re.compile(r"results-\d{8}T\d{12}Z\.zip")
MAX_FILES = 100_000


def is_strong(name: str) -> bool:
    """Whether a file holds weights, arrays, a pickle or events, by its name.

    Example:
        >>> is_strong("model.weights.h5"), is_strong("config.json")
        (True, False)
    """
    return name.lower().endswith(STRONG) or bool(EVENTS.search(name))


def is_result(name: str) -> bool:
    """Whether a file may be a result at all: a strong kind, or a table, log, picture.

    Example:
        >>> is_result("history.csv"), is_result("train.py")
        (True, False)
    """
    return is_strong(name) or name.lower().endswith(WEAK)


def may_grow(name: str) -> bool:
    """Whether a tool appends to such a file, so that its beginning stays as it is."""
    return name.lower().endswith(GROWING) or "events.out.tfevents" in name


def is_bundle(name: str) -> bool:
    """Whether a file is a bundle of ours, by its name."""
    return bool(BUNDLE.fullmatch(name))


def has_source(place: Place) -> bool:
    """Whether source files lie directly in a folder."""
    return any(name.lower().endswith(SOURCE) for name in place.files)


def is_project(place: Place) -> bool:
    """Whether a folder is the top of a project of source code.

    One that is under version control is, but for a repository of weights, and for a
    folder whose name says that it holds results.
    """
    names = _names(place)
    if not PROJECT.isdisjoint(names):
        return True
    is_model = any(map(is_strong, place.files)) and not has_source(place)
    is_results = os.path.basename(os.path.realpath(place.path)) in RESULT_FOLDERS
    return not (VERSIONED.isdisjoint(names) or is_model or is_results)


def why_never(place: Place) -> str | None:
    """Return what a folder is that is never entered, or `None` for others."""
    if place.path.name in NEVER:
        return "version control, packages or a cache"
    names = _names(place)
    return next((what for mark, what in MARKS.items() if mark in names), None)


def _names(place: Place) -> set[str]:
    return place.files | {path.name for path in (*place.folders, *place.links)}
