"""What counts as a result is judged by names, and by nothing in the file."""

from dist_invention.storage.archives import result_kinds
from dist_invention.storage.archives.result_kinds import (
    has_source,
    is_bundle,
    is_project,
    is_result,
    is_strong,
    may_grow,
    why_never,
)
from dist_invention.storage.archives.search import Place
import pytest

STRONG = (
    *("model.h5", "MODEL.H5", "m.weights.h5", "m.keras", "history.pkl", "a.npz"),
    *("events.out.tfevents.1700.host.1.v2", "checkpoint", "ckpt-1.index"),
    *("ckpt-1.data-00000-of-00001", "saved_model.pb", "m.safetensors", "m.pt"),
)
WEAK = ("config.json", "log.csv", "train.log", "hparams.yaml", "loss.png", "n.ipynb")
NEITHER = ("train.py", "README.md", "Makefile", "data.zip", "LICENSE", "h5")


@pytest.mark.parametrize("name", STRONG)
def test_weights_arrays_pickles_and_events_are_strong(name):
    assert is_strong(name)
    assert is_result(name)


@pytest.mark.parametrize("name", WEAK)
def test_tables_logs_and_pictures_are_results_but_not_strong(name):
    assert is_result(name)
    assert not is_strong(name)


@pytest.mark.parametrize("name", NEITHER)
def test_what_is_neither_is_no_result(name):
    assert not is_result(name)


def test_only_what_is_appended_to_may_grow():
    assert may_grow("train.log")
    assert may_grow("events.out.tfevents.1700.host")
    assert not may_grow("model.h5")


def test_a_bundle_is_known_by_its_name():
    assert is_bundle("results-20261120T121549672919Z.zip")
    assert not is_bundle("results.zip")


def place(path, files=(), folders=()):
    return Place(path, [path / name for name in folders], [], set(files))


def test_folders_are_told_apart_by_what_lies_in_them(tmp_path):
    assert why_never(place(tmp_path / "env", ["pyvenv.cfg"])) == "a virtual environment"
    assert why_never(place(tmp_path / "c", ["CACHEDIR.TAG"])) == "a cache"
    assert why_never(place(tmp_path / ".git"))
    assert why_never(place(tmp_path / "outputs", ["a.h5"])) is None
    assert is_project(place(tmp_path, folders=[".git"]))
    assert is_project(place(tmp_path, ["pyproject.toml"]))
    assert not is_project(place(tmp_path, ["train.py"]))
    assert not is_project(place(tmp_path, ["model.safetensors"], [".git"]))
    assert not is_project(place(tmp_path / "outputs", ["a.csv"], [".git"]))
    assert is_project(place(tmp_path, ["model.h5", "train.py"], [".git"]))
    assert has_source(place(tmp_path, ["train.py"]))
    assert not has_source(place(tmp_path, ["model.h5"]))


def test_every_kind_is_written_small_with_a_dot():
    for kinds in (result_kinds.STRONG, result_kinds.WEAK, result_kinds.SOURCE):
        assert all(kind.startswith(".") and kind.islower() for kind in kinds)
