"""The parts of a run fit together, or the run is refused before it begins."""

from dataclasses import replace

from dist_invention.curriculum import Constant, NothingToLearn, Stage
from dist_invention.datasets.batches import NotForTraining
from dist_invention.training.ground import named
from dist_invention.training.session import build_session
import keras
import pytest

DECAY = keras.optimizers.schedules.ExponentialDecay(1e-2, 10, 0.9)


def one_stage(split, **weights):
    rates = {name: Constant(value) for name, value in weights.items()}

    def build_stages(self, splits):
        return [Stage("only", splits[split], 2, Constant(1e-2), rates)]

    return build_stages


def test_a_session_is_built_but_has_not_begun(tiny, tmp_path):
    with tiny.session(tmp_path) as session:
        assert [stage.name for stage in session.curriculum] == ["first", "second"]
        assert [batches.steps_per_epoch for batches in session.batches] == [6, 6]
        assert [batches.stage for batches in session.batches] == ["first", "second"]
        assert [split.name for split in session.select_splits] == ["select"]
        assert session.step.traces == 0
        assert session.learner.optimizer.built
        assert session.checkpointer.files.steps == []
        assert session.stop.checkpointer is session.checkpointer


def test_a_lesson_gets_fresh_callbacks_and_watchers_in_order(tiny, tmp_path):
    with tiny.session(tmp_path) as session:
        lesson, leave = session.lesson(1)
        again, _ = session.lesson(1)
    names = [type(callback).__name__ for callback in lesson.callbacks]
    own = ["ReduceLROnPlateau", "Moments"]
    assert names == ["ApplyStage", *own, "LeaveStage", "StopInValidation"]
    assert lesson.callbacks[-2] is leave
    assert not set(map(id, lesson.callbacks)) & set(map(id, again.callbacks))
    watchers = [type(watcher).__name__ for watcher in lesson.watchers]
    assert watchers == [
        "Recorder",
        "FiniteGuard",
        "GarbageCollector",
        "Checkpointer",
        "Tracking",
        "MemoryWatch",
        "Forecast",
        "LateFinish",
        "StallAlarm",
        "StopGuard",
    ]
    assert list(lesson.validation) == ["val_"]


def test_only_the_stages_asked_for_are_built(tiny, tmp_path):
    with tiny.session(tmp_path, stages=("second",)) as session:
        assert [stage.name for stage in session.curriculum] == ["second"]
        assert session.batches[0].source.name == "hard"


@pytest.mark.parametrize(
    ("given", "kind", "said"),
    [
        ({"build_terms": lambda self, splits: {}}, NothingToLearn, "one loss term"),
        ({"build_stages": one_stage("easy", nope=1.0)}, NothingToLearn, "'nope'"),
        ({"build_stages": one_stage("easy", squared=1.0)}, NothingToLearn, "absolute"),
        (
            {"build_stages": one_stage("select", squared=1.0, absolute=1.0)},
            NotForTraining,
            "`select` of role 'select'",
        ),
        (
            {"build_stages": one_stage("test_in", squared=1.0, absolute=1.0)},
            NotForTraining,
            "`test_in` of role 'test'",
        ),
        ({"batch_size": 45}, ValueError, "batch_size=45"),
        ({"stages": ("third",)}, ValueError, "'third'"),
        (
            {"build_optimizer": lambda self: keras.optimizers.Adam(DECAY)},
            ValueError,
            "Received: ExponentialDecay. Give the schedule to each Stage",
        ),
    ],
    ids=[
        "no loss",
        "no such term",
        "a term nobody weighs",
        "trains on select",
        "trains on test",
        "batch larger than the data",
        "no such stage",
        "an optimizer with a schedule",
    ],
)
def test_what_does_not_fit_is_refused(tiny, tmp_path, given, kind, said):
    with pytest.raises(kind, match=said), tiny.session(tmp_path, **given):
        pass


def test_a_second_owner_of_the_resume_is_refused(tiny, tmp_path):
    def build_callbacks(self, stage):
        return [keras.callbacks.BackupAndRestore(tmp_path / "backup")]

    hooks = {"build_callbacks": build_callbacks}
    with (
        tiny.session(tmp_path, **hooks) as session,
        pytest.raises(ValueError, match="BackupAndRestore"),
    ):
        session.lesson(0)


def test_every_select_split_validates_under_a_name_of_its_own(tiny, tmp_path):
    with tiny.session(tmp_path) as session:
        second = replace(session.splits["select"], name="select_far")
        splits = {**session.splits, "select_far": second}
        more = build_session(
            session.experiment, session.folder, session.machine, splits
        )
        lesson, _ = more.lesson(0)
    assert list(lesson.validation) == ["val_", "select_far_"]


def test_two_splits_of_one_name_are_refused(tiny):
    with pytest.raises(ValueError, match=r"a name of its own.*'easy', 'easy'.*Rename"):
        named([tiny.make_split("easy"), tiny.make_split("easy")])
