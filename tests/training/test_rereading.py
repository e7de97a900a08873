"""A test split is read a second time only for a reason, and the result counts it."""

import json
import shutil

from dist_invention.evaluation import Metric, TestSplitAlreadyRead
from dist_invention.storage import manifest
from dist_invention.training.outcome import reads_of
import pytest

REASON = "the metric was mended"


def doubled(tiny):
    def build_metrics(self, splits):
        def error(targets, outputs, split):
            return 2 * tiny.squared(split, targets, outputs)

        return [Metric("mse", "m2", "lower", error)]

    return build_metrics


def values(results):
    return {score["split"]: score["value"] for score in results["scores"]}


def finished(tiny, runs_dir):
    """A copy of the run that nothing interrupted, in another folder of runs."""
    path = tiny.whole.path
    return tiny.read(shutil.copytree(path, runs_dir / path.name))


@pytest.fixture(scope="module")
def again(tiny, tmp_path_factory):
    """A finished run, and the same after it was read again with a mended metric."""
    runs, copies = (tmp_path_factory.mktemp(name) for name in ("runs", "copies"))
    first = tiny.run(runs, destinations=(str(copies),))
    given = {"destinations": (str(copies),), "build_metrics": doubled(tiny)}
    second = tiny.run(runs, reread=REASON, **given)
    return first, second, copies


def test_a_finished_run_is_scored_again_with_the_sealed_weights(again):
    first, second, _ = again
    assert second.path == first.path
    assert not second.finished.was_finished
    assert second.results["weights_sha256"] == first.results["weights_sha256"]
    assert values(second.results) == pytest.approx(
        {split: 2 * value for split, value in values(first.results).items()}
    )
    assert second.metrics == first.metrics, "nothing was trained"
    assert second.results["resumes"] == 0


def test_the_read_is_counted_with_its_reason(again):
    first, second, _ = again
    digest = first.results["weights_sha256"]
    assert second.results["reads"] == [
        {"split": split, "weights_sha256": digest, "reason": reason, "count": 2}
        for reason in ("", REASON)
        for split in ("test_in", "test_far")
    ]
    [event] = second.named("reread")
    assert (event["reason"], event["results"]) == (REASON, "results-1.json")


def test_the_old_results_stay_and_all_is_sealed_and_delivered_again(again):
    first, second, copies = again
    assert json.loads((second.path / "results-1.json").read_text()) == first.results
    names = {entry["name"] for entry in manifest.read(second.path)["files"]}
    assert "results-1.json" in names
    assert manifest.verify(second.path) == []
    assert manifest.verify(copies / second.path.name) == []
    assert second.finished.is_sound


def test_without_a_reason_a_finished_run_stays_as_it_is(tiny, again):
    _, second, copies = again
    still = tiny.run(second.path.parent, destinations=(str(copies),))
    assert still.finished.was_finished
    assert still.results == second.results


def test_a_kill_in_between_hides_no_read(tiny, tmp_path):
    first = finished(tiny, tmp_path)

    def crash(self, splits, outputs):
        raise tiny.Killed

    with pytest.raises(tiny.Killed):
        tiny.start(tmp_path, reread=REASON, build_figures=crash).run()
    assert not (first.path / manifest.MANIFEST).exists()
    found = tiny.run(tmp_path)  # the reason stands in the journal
    assert [read["count"] for read in found.results["reads"]] == [2, 2, 2, 2]
    assert {read["reason"] for read in found.results["reads"]} == {"", REASON}
    assert found.results["scores"] == first.results["scores"]


def test_other_content_is_refused_without_a_reason_and_read_with_one(tiny, tmp_path):
    def crash(self, splits, outputs):
        raise tiny.Killed

    def other(self):
        names = ("easy", "hard", "select", "test_in")
        return [
            *(tiny.make_split(name) for name in names),
            tiny.make_split("test_far", 7),
        ]

    with pytest.raises(tiny.Killed):
        tiny.start(tmp_path, build_figures=crash).run()
    [path] = tmp_path.iterdir()
    found = tiny.run(tmp_path, build_splits=other, reread="the file was damaged")
    counts = {read["split"]: read["count"] for read in found.results["reads"]}
    assert counts == {"test_in": 1, "test_far": 2}
    assert found.path == path


def test_other_weights_are_refused_without_a_reason(tiny, tmp_path):
    with tiny.session(tmp_path) as session:
        split = session.splits["test_far"]
        reads_of(session).read(split, "run", "w1")
        with pytest.raises(TestSplitAlreadyRead, match="--reread REASON"):
            reads_of(session).read(split, "run", "w2")


def test_a_damaged_run_is_not_read_again(tiny, tmp_path):
    first = finished(tiny, tmp_path)
    (first.path / "metrics.jsonl").write_text("")
    found = tiny.run(tmp_path, reread=REASON)
    assert found.finished.was_finished
    assert not found.finished.is_sound
    assert found.named("reread") == []
    assert "whole before it is read again" in found.said
