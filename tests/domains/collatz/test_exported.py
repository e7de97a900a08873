"""Exported tables: equal to the model they are from, and safe to hand around."""

from dataclasses import replace

from dist_invention.domains.collatz import exported
from dist_invention.domains.collatz.exported import (
    ExportedTable,
    LookaheadTooShort,
    NotATable,
    TableDoesNotFit,
    from_model,
    load,
    load_for,
    save,
    score,
)
from dist_invention.domains.collatz.metrics import margins
from dist_invention.domains.collatz.model import digit_model, residue_model
from dist_invention.domains.collatz.seeds import test_transitions as transitions
from dist_invention.domains.collatz.windows import windows
from dist_invention.storage import CorruptFile, write_arrays
import keras
import numpy as np
import pytest

VALUES = [row.n for row in transitions()] + [2**125 - 1, 2**190 + 3]


def trained(trits, bits=0, lookahead=0):
    """Return a model whose table is far from flat."""
    model = residue_model(trits, bits, lookahead)
    [weight] = model.trainable_weights
    weight.assign(np.random.default_rng(1).normal(size=weight.shape))
    return model


def value_of(model, seen):
    """Return V as the Keras model computes it."""
    arrays = {"height": seen.height, "residue": seen.residue, "low": seen.low}
    kinds = {"height": "float32", "residue": "int32", "low": "int32"}
    inputs = {x.name: arrays[x.name].astype(kinds[x.name]) for x in model.inputs}
    return keras.ops.convert_to_numpy(model(inputs)["value"])


def small(**changed):
    table = ExportedTable(2, 0, 3, 1e-3, np.linspace(-1, 1, 9), {"run": "a"})
    return replace(table, **changed)


@pytest.mark.parametrize(
    ("trits", "bits", "lookahead"), [(4, 0, 0), (6, 0, 10), (3, 7, 0), (2, 1, 3)]
)
def test_a_table_is_equal_to_the_model_it_is_from(trits, bits, lookahead):
    model = trained(trits, bits, lookahead)
    seen = windows(VALUES, lookahead + 1)
    expected = value_of(model, seen)
    found = from_model(model).value(seen, lookahead)
    np.testing.assert_allclose(found, expected, atol=1e-4)
    clear = np.abs(margins(expected)) > 1e-4  # a bonus is 1e-3
    assert clear.mean() > 0.99
    failed = margins(found) <= 0
    np.testing.assert_array_equal(failed[clear], margins(expected)[clear] <= 0)


def test_a_rounded_table_differs_by_half_a_step_at_most():
    table = from_model(trained(6, 0, 10))
    error = np.abs(table.rounded().values - table.values)
    assert 0 < error.max() <= exported.STEP / 2 * (1 + 1e-6)


def test_what_is_loaded_is_what_was_saved_and_scores_alike(tmp_path):
    table = from_model(trained(5, 3, 2), {"run": "x", "loss": 0.25})
    kept = save(tmp_path / "t.npz", table)
    found = load(tmp_path / "t.npz")
    np.testing.assert_array_equal(found.values, kept.values)
    assert found.values.dtype == np.float32
    head = [(t.trits, t.bits, t.lookahead, t.bonus, t.about) for t in (found, kept)]
    assert head[0] == head[1]
    assert score(found, VALUES, 2) == score(table.rounded(), VALUES, 2)
    np.testing.assert_array_equal(found.rounded().values, found.values)


def test_a_number_takes_two_bytes(tmp_path):
    save(tmp_path / "t.npz", ExportedTable(10, 0, 0, 1e-3, np.zeros(3**10)))
    assert (tmp_path / "t.npz").stat().st_size < 2 * 3**10 + 3000


def test_equal_tables_give_equal_files(tmp_path):
    for name in ("a", "b"):
        save(tmp_path / name, small())
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_a_flipped_bit_is_refused(tmp_path, place):
    path = tmp_path / "t.npz"
    save(path, ExportedTable(6, 0, 0, 1e-3, np.zeros(3**6)))
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= 4
    path.write_bytes(content)
    with pytest.raises(CorruptFile, match="Expected"):
        load(path)


def test_a_file_cut_short_is_refused(tmp_path):
    path = tmp_path / "t.npz"
    save(path, small())
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(CorruptFile):
        load(path)


def test_a_file_of_another_kind_is_refused(tmp_path):
    write_arrays(tmp_path / "t.npz", {"table": np.zeros(3, np.int16)}, {"kind": "cat"})
    with pytest.raises(NotATable, match="kind 'cat'"):
        load(tmp_path / "t.npz")


@pytest.mark.parametrize("large", [32.0, -32.1, 100.0])
def test_a_number_of_32_bits_does_not_fit_and_the_old_file_stays(tmp_path, large):
    save(tmp_path / "t.npz", small())
    with pytest.raises(TableDoesNotFit, match=r"within 31\.9990 bits"):
        save(tmp_path / "t.npz", small(values=np.full(9, large)))
    assert load(tmp_path / "t.npz").about == {"run": "a"}


@pytest.mark.parametrize("values", [np.zeros(8), np.zeros((9, 1)), np.full(9, np.nan)])
def test_a_table_has_one_finite_number_for_each_class(values):
    with pytest.raises(TableDoesNotFit, match="each of the 9 classes"):
        small(values=values)


def test_digits_that_no_window_holds_are_refused():
    with pytest.raises(TableDoesNotFit):
        small(trits=20)


def test_a_model_without_a_table_cannot_be_exported():
    with pytest.raises(NotATable, match="Digits"):
        from_model(digit_model(2, widths=(4,)))


def test_a_longer_lookahead_than_in_training_is_the_most_of_the_same_function():
    table, seen = small(), windows([27, 703], 8)
    found = table.value(seen, 7)
    lifted = seen.height + table.values[seen.residue % 9]
    places = [[i + j for j in range(8)] for i in (0, 1)]
    expected = [(lifted[:, p] + 1e-3 * np.arange(8)).max(axis=1) for p in places]
    np.testing.assert_allclose(found, np.stack(expected, axis=1))


def test_a_shorter_lookahead_than_in_training_is_refused():
    with pytest.raises(LookaheadTooShort, match="at least 3"):
        score(small(), [27], 2)


def test_windows_of_another_length_are_refused():
    with pytest.raises(ValueError, match="steps=4"):
        small().value(windows([27], 5), 3)


def test_a_flat_table_fails_where_n_grows_and_a_constant_ties_count():
    flat = ExportedTable(1, 0, 0, 0.0, np.zeros(3))
    found = score(flat, [row.n for row in transitions()], 0)
    assert found == {"n": 429, "violations": 255, "rate": 255 / 429}


def test_a_tie_is_a_violation():
    seen = windows([3], 1)  # 3 -> 5
    tie = np.float32(seen.height[0, 1])
    table = ExportedTable(1, 0, 0, 0.0, np.array([tie, 0.0, 0.0]))
    seen.height[0, 1] = tie
    assert margins(table.value(seen, 0))[0] == 0
    assert exported.violations(table.value(seen, 0)).all()


def test_the_table_that_sees_most_within_the_lookahead_is_taken(tmp_path):
    for lookahead in (0, 10, 20):
        save(tmp_path / f"L{lookahead}.npz", small(lookahead=lookahead))
    save(tmp_path / "bits.npz", small(lookahead=12))
    names = [load_for(steps, tmp_path, "L*")[0] for steps in (0, 9, 10, 19, 100)]
    assert names == ["L0.npz", "L0.npz", "L10.npz", "L10.npz", "L20.npz"]


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(LookaheadTooShort, match=r"no file L\*"):
        load_for(5, tmp_path, "L*")
    save(tmp_path / "L10.npz", small(lookahead=10))
    with pytest.raises(LookaheadTooShort, match=r"5 or less in .* L10\.npz"):
        load_for(5, tmp_path, "L*")
