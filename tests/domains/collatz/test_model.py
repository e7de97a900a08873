"""Candidates: their sizes, what they read, and what a lookahead does to them."""

from dist_invention.domains.collatz.model import (
    MostAhead,
    ResidueTable,
    TooManyClasses,
    digit_model,
    residue_model,
)
from dist_invention.domains.collatz.training_data import mixed_windows
import keras
from keras import ops
import numpy as np
import pytest


def batch(count=6, steps=14):
    return mixed_windows(np.random.default_rng(0), count, steps, 0.59, (1.0, 0.1))


def inputs_of(model, arrays):
    return {tensor.name: arrays[tensor.name] for tensor in model.inputs}


def filled(model):
    """Return the model with a table that is far from flat."""
    for weight in model.trainable_weights:
        rng = np.random.default_rng(1)
        weight.assign(rng.normal(size=weight.shape).astype("float32"))
    return model


@pytest.mark.parametrize(
    ("trits", "bits", "count"),
    [(4, 0, 81), (8, 0, 6561), (4, 10, 41472), (6, 8, 93312)],
)
def test_a_table_has_one_number_for_each_class(trits, bits, count):
    assert residue_model(trits, bits).count_params() == count


def test_the_network_on_digits_has_the_parameters_of_its_layers():
    assert digit_model(8).count_params() == 19_841
    assert digit_model(12).count_params() == 21_377


def test_a_table_reads_the_class_and_nothing_else():
    model, arrays = filled(residue_model(3)), batch()
    value = ops.convert_to_numpy(model(inputs_of(model, arrays))["value"])
    table = ops.convert_to_numpy(model.trainable_weights[0])
    expected = arrays["height"] + table[arrays["residue"] % 27]
    np.testing.assert_allclose(value, expected, atol=1e-6)


def test_binary_digits_choose_the_class_too():
    model, arrays = filled(residue_model(2, bits=3)), batch()
    value = ops.convert_to_numpy(model(inputs_of(model, arrays))["value"])
    table = ops.convert_to_numpy(model.trainable_weights[0])
    index = arrays["residue"] % 9 * 4 + arrays["low"] % 8 // 2
    np.testing.assert_allclose(value, arrays["height"] + table[index], atol=1e-6)


@pytest.mark.parametrize("lookahead", [0, 1, 2, 5, 10, 13])
def test_the_most_ahead_is_the_greatest_of_each_window(lookahead):
    values = np.random.default_rng(2).normal(size=(4, 16)).astype("float32")
    found = ops.convert_to_numpy(MostAhead(lookahead, bonus=0.25)(values))
    windows = np.lib.stride_tricks.sliding_window_view(values, lookahead + 1, axis=1)
    expected = (windows + 0.25 * np.arange(lookahead + 1)).max(axis=2)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_v_does_not_change_with_what_lies_beyond_its_lookahead():
    model, arrays = filled(residue_model(3, lookahead=4)), batch()
    before = ops.convert_to_numpy(model(inputs_of(model, arrays))["value"])
    arrays["height"][:, 6:] += 5.0
    after = ops.convert_to_numpy(model(inputs_of(model, arrays))["value"])
    np.testing.assert_array_equal(before[:, :2], after[:, :2])
    assert np.abs(before[:, 2:] - after[:, 2:]).max() > 1


def test_v_without_lookahead_does_not_read_where_the_path_goes():
    model, arrays = filled(digit_model(3, widths=(8,))), batch()
    before = ops.convert_to_numpy(model(inputs_of(model, arrays))["value"])
    for name in ("height", "residue"):
        arrays[name][:, 1:] = arrays[name][::-1, 1:]
    after = ops.convert_to_numpy(model(inputs_of(model, arrays))["value"])
    np.testing.assert_array_equal(before[:, 0], after[:, 0])


def test_one_step_of_adam_counts_each_use_of_a_class():
    """Repeated rows of a sparse gradient would be taken for the last of them."""
    table = ResidueTable(1, seed=0)
    table.build(None)
    model = keras.Sequential([keras.Input((4,), dtype="int32"), table])
    model.compile(keras.optimizers.SGD(1.0), lambda _, out: ops.sum(out))
    before = ops.convert_to_numpy(table.table).copy()
    model.train_on_batch(np.array([[0, 0, 0, 1]]), np.zeros((1, 4)))
    moved = before - ops.convert_to_numpy(table.table)
    np.testing.assert_allclose(moved, [3.0, 1.0, 0.0], atol=1e-6)


def test_a_table_begins_high_where_no_step_leads_to():
    for trits, bits in ((2, 0), (2, 3)):
        table = ops.convert_to_numpy(residue_model(trits, bits).trainable_weights[0])
        residue = np.arange(len(table)) // 2 ** max(0, bits - 1)
        assert np.all((table > 7) == (residue % 3 == 0))


@pytest.mark.parametrize("build", [residue_model, digit_model])
def test_a_candidate_survives_its_file(build, tmp_path):
    model, arrays = build(3, lookahead=2), batch()
    before = model.predict(inputs_of(model, arrays), verbose=0)["value"]
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    after = again.predict(inputs_of(model, arrays), verbose=0)["value"]
    np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize(("trits", "bits"), [(20, 0), (0, 0), (3, 25), (-1, 4)])
def test_digits_that_the_windows_do_not_hold_are_refused(trits, bits):
    with pytest.raises(TooManyClasses, match=r"Received: trits=.*Ask for fewer"):
        residue_model(trits, bits)


def test_a_negative_lookahead_is_refused():
    with pytest.raises(ValueError, match="Received: lookahead=-1"):
        MostAhead(-1)
