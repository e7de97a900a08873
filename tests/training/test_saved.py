"""A run goes on from the newest checkpoint that verifies and belongs to it."""

from dist_invention.storage import CheckpointFolder, read_arrays, write_arrays
from dist_invention.training.saved import ForeignCheckpoint, NoCheckpoint
import pytest


def flip_a_bit(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_damaged_checkpoint_is_named_and_the_one_before_is_used(tiny, tmp_path):
    dead = tiny.kill(tmp_path, ("step", "second", 14))
    files = CheckpointFolder(dead.path / "checkpoints")
    assert files.steps == [6, 12]
    flip_a_bit(files.file(12))
    found = tiny.run(tmp_path)
    tiny.assert_same(found, tiny.whole)
    assert found.results["last_resume_step"] == 6
    [event] = found.named("checkpoint_rejected")
    assert event["file"] == "g000000012.npz"
    said = "g000000012.npz is damaged; the one before it is used"
    assert found.said.count(said) == 1


def test_a_run_whose_checkpoints_are_all_damaged_says_so(tiny, tmp_path):
    dead = tiny.kill(tmp_path, ("step", "first", 8))
    for path in (dead.path / "checkpoints").iterdir():
        flip_a_bit(path)
    with pytest.raises(NoCheckpoint, match=r"Received: 2 damaged ones. Copy one back"):
        tiny.start(tmp_path).run()


def test_a_checkpoint_of_another_configuration_is_refused(tiny, tmp_path):
    dead = tiny.kill(tmp_path, ("step", "first", 8))
    path = dead.path / "checkpoints" / "g000000006.npz"
    arrays, manifest = read_arrays(path)
    write_arrays(path, arrays, {**manifest["about"], "config_sha256": "f" * 64})
    with pytest.raises(ForeignCheckpoint, match="one of configuration ffffffff"):
        tiny.start(tmp_path).run()


def test_other_data_than_the_run_began_with_is_refused_by_name(tiny, tmp_path):
    tiny.kill(tmp_path, ("step", "second", 15))

    def other(self):
        splits = [tiny.make_split(name, self.config.seed) for name in ("easy", "hard")]
        return [*splits, *(tiny.make_split(n, 7) for n in ("select", "test_far"))]

    with pytest.raises(
        ForeignCheckpoint, match=r"Received, as \(then, now\): .*split select.*Go on"
    ):
        tiny.run(tmp_path, build_splits=other)


def test_a_checkpoint_that_counts_more_lines_than_there_are_is_passed_over(
    tiny, tmp_path
):
    dead = tiny.kill(tmp_path, ("step", "second", 14))
    metrics = dead.path / "metrics.jsonl"
    metrics.write_bytes(metrics.read_bytes().splitlines(keepends=True)[0])
    found = tiny.run(tmp_path)
    tiny.assert_same(found, tiny.whole)
    [event] = found.named("checkpoint_rejected")[:1]
    assert "lines of metrics.jsonl, which has 1" in event["reason"]
