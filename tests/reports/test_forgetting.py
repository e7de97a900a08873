"""Tests of the forgetting matrix."""

from dist_invention.reports.forgetting import (
    forgetting_section,
    forgetting_table,
    risen,
)

MATRIX = [[0.1, 0.9], [0.4, 0.2]]


def test_each_cell_has_its_number_and_a_shade(outline):
    made = forgetting_table(["first", "second"], ["a", "b"], MATRIX, "loss")
    page = outline(made)
    assert page.faults == []
    assert "after first 0.100 0.900 after second 0.400 \u25b2 0.200" in page.text
    assert made.count('class="g4"') == 2  # the highest of each column
    assert made.count('class="g0"') == 2


def test_only_a_rise_over_the_best_before_counts():
    assert not risen([0.5, 0.52], 1)
    assert risen([0.5, 0.9, 0.6], 2)
    assert not risen([0.5, None], 1)


def test_a_missing_exam_is_not_measured(outline):
    page = outline(forgetting_table(["a"], ["x", "y"], [[0.1, None]], "loss"))
    assert "after a 0.100 not measured" in page.text


def test_the_reference_is_open_and_the_arms_are_folded(summary, outline):
    made = forgetting_section(summary, "curriculum")
    page = outline(made)
    assert page.faults == []
    assert made.count("<details>") == 2
    assert page.text.index("Curriculum") < page.text.index("Joint")
    assert "loss, mean over 3 seeds" in page.text
    assert "no stage was examined" in forgetting_section({}, "curriculum")
