"""A request that changes nothing cannot be asked; pairs belong together row by row."""

from dataclasses import replace

from dist_invention.datasets.split import Field, Split
from dist_invention.evaluation.requested_change import Case, NoChangeAsked, Part
import numpy as np
import pytest


def test_pairs_whose_truth_stays_are_counted_and_refused(lines):
    """The record's edited targets were the original ones in 36 % of its pairs."""
    case = lines.case()
    y = case.edited.arrays["y"].copy()
    y[:11] = case.original.arrays["y"][:11]
    edited = replace(case.edited, arrays={**case.edited.arrays, "y": y})
    with pytest.raises(
        NoChangeAsked,
        match=r"3 higher` to change.*11 of 30 concerned pairs.*rows \[0, 1, 2, 3, 4\]",
    ):
        replace(case, edited=edited)


def test_a_change_within_the_tolerance_is_none(lines):
    wide = replace(lines.part, tolerance=10.0)
    with pytest.raises(NoChangeAsked, match="30 of 30 concerned pairs"):
        lines.case(parts=(wide,))


def test_examples_that_the_request_does_not_concern_must_stay(lines):
    case = lines.case()
    concerned = np.arange(30) < 20
    with pytest.raises(NoChangeAsked, match=r"0 of 20 .* and 10 others that change"):
        replace(case, concerned=concerned)
    y = case.edited.arrays["y"].copy()
    y[20:] = case.original.arrays["y"][20:]
    edited = replace(case.edited, arrays={**case.edited.arrays, "y": y})
    assert replace(case, edited=edited, concerned=concerned).concerned is concerned


def test_one_part_that_changes_is_enough(lines):
    idle = Part("y", "m", 0.0, counts=lambda s: np.array([False, True]))
    assert len(lines.case(parts=(idle, lines.part)).parts) == 2


def test_elements_that_do_not_count_neither_change_nor_stay(lines):
    first = replace(lines.part, counts=lambda split: np.array([True, False]))
    case = lines.case(parts=(first,))
    assert first.counted(case.original)[0].tolist() == [True, False]
    assert first.changed(case.original, case.edited)[0].tolist() == [True, False]


def test_pairs_of_different_lengths_or_parts_that_nobody_has_are_refused(lines):
    case = lines.case()
    with pytest.raises(ValueError, match="`before` of 30 rows, `after` of 5"):
        replace(case, edited=case.edited.take(np.arange(5)))
    with pytest.raises(ValueError, match=r"parts \['z'\]"):
        replace(case, parts=(Part("z", "m"),))
    with pytest.raises(ValueError, match=r"parts \[\]"):
        replace(case, parts=())


@pytest.mark.parametrize(
    "changes", [{"kind": "text"}, {"tolerance": -1.0}, {"whole": True}], ids=str
)
def test_a_part_that_makes_no_sense_is_refused(changes):
    with pytest.raises(ValueError, match=r"part `y` to be of a kind.*Correct the part"):
        Part("y", "m", **changes)


def test_a_part_has_an_si_unit():
    with pytest.raises(ValueError, match="write 'm'"):
        Part("y", "cm")


def test_symbols_are_wrong_or_right():
    words = Part("words", "1", kind="symbol")
    ours, truth = np.array([["go", "go"], ["go", "up"]]), np.array([["go", "up"]] * 2)
    assert words.errors(ours, truth).tolist() == [[0.0, 1.0], [0.0, 0.0]]
    assert words.statistic == "mean"


def test_squares_of_amounts_are_summed_over_every_axis(lines):
    table = lines.part.errors(np.ones((2, 3, 4)), np.zeros((2, 3, 4)))
    assert table.shape == (2, 12)
    assert lines.part.statistic == "root_mean"


def test_a_case_of_symbols_is_made_like_any_other():
    fields = (Field("words", (2,), "1"),)

    def split(name, words):
        arrays = {"words": np.array(words)}
        ids = np.array([f"{name}{i}" for i in range(len(words))])
        return Split(name, "test", arrays, fields, (), ("words",), ids, ids)

    class World:
        rules, request = {"jump": "JUMP"}, "let jump mean WALK"

    before = split("before", [["JUMP", "RUN"], ["RUN", "RUN"]])
    after = split("after", [["WALK", "RUN"], ["RUN", "RUN"]])
    words = (Part("words", "1", kind="symbol", whole=True),)
    concerned = np.array([True, False])
    case = Case(World(), before, after, words, concerned=concerned)
    assert words[0].changed(before, after).tolist() == [[True, False], [False, False]]
    with pytest.raises(NoChangeAsked, match="1 of 2 concerned pairs"):
        replace(case, concerned=None)
