"""What preflight refuses, each by name; how it is called stands in test_preflight."""

from dist_invention.evaluation import Baseline
from dist_invention.runtime.state import read_state
from dist_invention.training.refusals import (
    DoesNotLearn,
    ShapesChange,
    Unjudged,
    refuse_other_shapes,
    refuse_still_weights,
    refuse_unjudged,
)
import keras
import numpy as np
import pytest


def zero(split):
    return {"y": np.zeros((len(split), 1))}


def no_tests(self):
    return [s for s in type(self).__mro__[1].build_splits(self) if s.role != "test"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"build_metrics": lambda self, splits: []}, r"metrics \[\]"),
        (
            {"build_baselines": lambda self, s: [Baseline("fit", zero, "classical")]},
            r"baselines \{'fit': 'classical'\}",
        ),
        ({"build_splits": no_tests}, r"test splits \[\]"),
    ],
)
def test_a_run_that_could_not_be_judged_is_refused_before_it_trains(
    tiny, tmp_path, given, said
):
    with (
        tiny.session(tmp_path, **given) as session,
        pytest.raises(Unjudged, match=rf"Expected a test split.*Received.*{said}"),
    ):
        refuse_unjudged(session)


def test_a_weight_that_did_not_move_is_named(tiny, tmp_path):
    with tiny.session(tmp_path) as session:
        before = read_state(session.learner)
        with pytest.raises(DoesNotLearn, match=r"no change in \[.*kernel"):
            refuse_still_weights(session, before)
        for variable in session.learner.trainable_variables:
            variable.assign(keras.ops.add(variable, 1.0))
        refuse_still_weights(session, before)


def test_stages_of_one_layout_pass_and_another_type_is_named(tiny, tmp_path):
    with tiny.session(tmp_path) as session:
        refuse_other_shapes(session)
        split = session.batches[1].source
        split.arrays["x"] = split.arrays["x"].astype("float64")
        with pytest.raises(ShapesChange, match=r"`second`.*float64"):
            refuse_other_shapes(session)
