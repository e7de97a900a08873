"""A split's place on the ladder is that of its laws, not of its frames."""

from dist_invention.datasets.split import Field
from dist_invention.evaluation.ladder_position import ladder_position
from dist_invention.evaluation.not_measured import NotMeasured
from dist_invention.evaluation.rows import Rows
import numpy as np
import pytest

DECLARED = {
    "x": Field("x", (3,), "m"),
    "law": Field("law", (2,), "m/s2, 1", "gravity, friction"),
}


def rows_of(law, x, named=True):
    parameters = {"law": law} if named else {}
    return Rows({"x": x}, parameters, DECLARED, np.arange(len(x)))


def generator(seed=0):
    return np.random.Generator(np.random.Philox(key=[seed, 0]))


def law_of(n, rng, gravity=0.0):
    return np.stack([rng.uniform(size=n) + gravity, rng.uniform(size=n)], axis=1)


def test_the_distance_is_the_median_of_the_largest_exceedance():
    rng = generator()
    known = np.stack([np.linspace(0, 10, 200), np.linspace(0, 1, 200)], axis=1)
    law = np.array([[15.0, 0.5], [20.0, 1.1], [12.0, 0.5]])  # 0.5, 1.0 and 0.2 widths
    found = ladder_position(
        rows_of(known, rng.normal(size=(200, 3))), rows_of(law, rng.normal(size=(3, 3)))
    )
    assert found.distance == pytest.approx(0.5)
    assert found.unit == "widths of the training range of law"
    assert "law: gravity (m/s2) 100% of rows, 0.5 widths" in found.check.detail
    assert found.check.value == 1.0


def test_inputs_that_look_far_out_do_not_move_a_law_inside():
    rng = generator(1)
    reference = rows_of(law_of(300, rng), rng.normal(size=(300, 3)))
    jupiter = rows_of(0.1 + 0.8 * law_of(100, rng), 50 + rng.normal(size=(100, 3)))
    found = ladder_position(reference, jupiter)
    assert found.distance == 0.0
    assert found.check.value == 0.0


def test_familiar_inputs_do_not_hide_a_new_law():
    rng = generator(2)
    reference = rows_of(law_of(300, rng), rng.normal(size=(300, 3)))
    new = rows_of(law_of(100, rng, gravity=1.5), rng.normal(size=(100, 3)))
    found = ladder_position(reference, new)
    assert found.distance == pytest.approx(1.0, abs=0.1)
    assert found.check.p_value < 1e-9


def test_without_parameters_the_numeric_inputs_give_the_distance():
    rng = generator(3)
    x = rng.uniform(size=(300, 3))
    found = ladder_position(
        rows_of(law_of(300, rng), x, False), rows_of(law_of(300, rng), x + 3.0, False)
    )
    assert found.check is None
    assert found.distance > 2.0
    assert "range of the inputs" in found.unit


def test_text_alone_has_no_distance():
    text = np.array(["walk", "run"])
    declared = {"t": Field("t", (), "1")}
    rows = Rows({"t": text}, {}, declared, np.arange(2))
    found = ladder_position(rows, rows)
    assert isinstance(found.distance, NotMeasured)


def test_a_parameter_that_training_never_varies_gives_no_distance():
    rng = generator()
    known, law = np.full((200, 2), 9.8), np.full((20, 2), 24.8)
    found = ladder_position(
        rows_of(known, rng.normal(size=(200, 3))),
        rows_of(law, rng.normal(size=(20, 3))),
    )
    assert isinstance(found.distance, NotMeasured)
    assert "constant in training" in found.distance.reason
