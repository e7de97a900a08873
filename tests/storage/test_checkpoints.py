"""The newest checkpoint that proves itself wins; the others are named."""

from dist_invention.storage.atomic import TEMP_PREFIX
from dist_invention.storage.checkpoints import CheckpointFolder
import numpy as np
import pytest


@pytest.fixture
def folder(tmp_path):
    folder = CheckpointFolder(tmp_path / "checkpoints")
    for step in (5, 10, 1200):
        folder.write(step, {"w": np.full(3, step)}, {"step": step})
    return folder


def test_files_are_named_by_step(folder):
    names = sorted(path.name for path in folder.path.iterdir())
    assert names == ["g000000005.npz", "g000000010.npz", "g000001200.npz"]
    assert folder.steps == [5, 10, 1200]


def test_the_newest_comes_back_whole(folder):
    arrays, manifest, path = folder.newest()
    assert arrays["w"].tolist() == [1200] * 3
    assert manifest["about"] == {"step": 1200}
    assert path == folder.file(1200)
    assert folder.rejected == []


def test_an_older_one_can_be_asked_for(folder):
    assert folder.newest(before=1200)[1]["about"] == {"step": 10}
    assert folder.newest(before=5) is None


def damage_flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 4
    path.write_bytes(content)


def damage_cut(path):
    path.write_bytes(path.read_bytes()[:-9])


def damage_empty(path):
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [damage_flip, damage_cut, damage_empty])
def test_a_damaged_one_is_rejected_by_name_and_the_one_before_used(
    folder, damage, caplog
):
    damage(folder.file(1200))
    assert folder.newest()[1]["about"] == {"step": 10}
    [(path, reason)] = folder.rejected
    assert path == folder.file(1200)
    assert "Received: " in reason
    assert "damaged" in caplog.text
    folder.write(1200, {}, {"step": 1200})
    assert folder.newest()[1]["about"] == {"step": 1200}
    assert folder.rejected == []


def test_none_is_returned_only_with_every_damaged_one_named(folder):
    for step in folder.steps:
        damage_empty(folder.file(step))
    assert folder.newest() is None
    steps = [path for path, _ in folder.rejected]
    assert steps == [folder.file(1200), folder.file(10), folder.file(5)]


def test_half_written_and_foreign_files_are_ignored(folder):
    (folder.path / f"{TEMP_PREFIX}ab-g000009999.npz").write_text("half")
    (folder.path / "g000009999.npz.bak").write_text("foreign")
    assert folder.newest()[1]["about"] == {"step": 1200}
    assert folder.rejected == []


def test_pruning_keeps_the_newest_and_the_pinned(folder):
    folder.write(1300, {}, {})
    assert folder.prune(keep_last=2, pinned={5}) == [folder.file(10)]
    assert folder.steps == [5, 1200, 1300]
    assert folder.prune() == [folder.file(5)]
    with pytest.raises(ValueError, match="at least one"):
        folder.prune(keep_last=0)


def test_a_folder_without_checkpoints_has_none(tmp_path):
    folder = CheckpointFolder(tmp_path / "none")
    assert (folder.newest(), folder.steps, folder.prune()) == (None, [], [])


def test_a_negative_step_is_refused(folder):
    with pytest.raises(ValueError, match="step=-1"):
        folder.write(-1, {}, {})
