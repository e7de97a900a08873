"""Tests of curves over the budget."""

from itertools import pairwise
import re

from dist_invention.reports.budget_curves import budget_curves, mean_curve, points_of


def test_each_seed_is_thin_and_each_mean_thick(summary, outline):
    page = budget_curves(summary)
    assert outline(page).faults == []
    assert page.count('seedline"') == 8
    assert page.count('armline"') == 3 + 3  # lines, and the legend


def test_arms_differ_in_dash_shape_and_name(summary):
    page = budget_curves(summary)
    names = re.findall(r'class="(a\d d\d) armname">(\w+)<', page)
    assert {name for _, name in names} == {"curriculum", "joint", "random"}
    assert len({style.split()[1] for style, _ in names}) == 3


def test_names_at_the_ends_do_not_meet(summary):
    heights = re.findall(
        r'<text x="100%" dx="10" y="([\d.-]+)"', budget_curves(summary)
    )
    found = sorted(map(float, heights))
    assert all(b - a >= 12.9 for a, b in pairwise(found))


def test_measure_and_axis_are_named(summary, outline):
    text = outline(budget_curves(summary)).text
    assert "loss on select_near" in text
    assert "training steps" in text


def test_the_mean_covers_only_what_every_seed_has_seen():
    lines = [[(0.0, 1.0), (10.0, 1.0)], [(5.0, 3.0), (20.0, 3.0)]]
    assert mean_curve(lines) == [(5.0, 2.0), (10.0, 2.0)]


def test_what_is_not_a_number_is_left_out():
    assert points_of({"points": [[2, 1.0], [1, None], [0]]}) == [(2.0, 1.0)]
    assert "no run left a curve" in budget_curves({})
    assert "no run left a curve" in budget_curves({"curves": [{"points": []}]})


def test_seeds_that_share_no_step_have_no_mean(outline):
    curves = [
        {"arm": "a", "seed": 0, "points": [[0, 1.0], [1, 1.0]]},
        {"arm": "a", "seed": 1, "points": [[5, 1.0], [6, 1.0]]},
    ]
    assert outline(budget_curves({"curves": curves})).faults == []
