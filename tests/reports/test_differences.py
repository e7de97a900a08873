"""Tests of paired differences."""

import re

from dist_invention.reports.differences import (
    difference_panels,
    differences_section,
    sides,
)


def row(arm="joint", values=(-0.3, -0.2, -0.1), bounds=(-0.4, -0.05), **more):
    points = [{"seed": k, "value": v} for k, v in enumerate(values)]
    mean = sum(values) / len(values)
    ends = list(bounds) if bounds else None
    return {"arm": arm, "per_seed": points, "mean": mean, "interval": ends, **more}


def score(*rows, **more):
    return {
        "split": "test_far",
        "tier": "far",
        "metric": "error",
        "unit": "m",
        "better": "lower",
        "differences": list(rows),
        **more,
    }


def places(page, style):
    found = re.findall(r'<svg x="([\d.]+)%"[^>]*>.*?class="(m-\w+)"', page)
    return [float(x) for x, kind in found if kind == style]


def test_every_seed_is_a_point_and_the_mean_a_diamond(outline):
    page = difference_panels([score(row())], [], "curriculum")
    assert outline(page).faults == []
    seeds, mean = places(page, "m-seed"), places(page, "m-model")
    assert len(seeds) == 3
    assert min(seeds) < mean[0] < max(seeds)


def test_the_zero_line_is_always_on_the_axis():
    page = difference_panels([score(row())], [], "curriculum")
    line = re.search(r'x1="([\d.]+)%"[^>]*class="zeroline"', page)
    assert line is not None
    assert max(places(page, "m-seed")) < float(line[1]) <= 100


def test_which_side_is_better_is_said():
    assert sides("lower", "curriculum").startswith("Left of 0 curriculum is better")
    assert sides("higher", "curriculum").startswith("Left of 0 the arm is better")


def test_two_seeds_have_no_interval_and_say_so(outline):
    page = difference_panels([score(row(values=(0.1, 0.2), bounds=None))], [], "c")
    assert "whisker" not in page
    assert "no interval, n 2" in outline(page).text


def test_a_verdict_stands_beside_its_arm(outline):
    verdict = {"arm": "joint", "split": "test_far", "metric": "error"}
    verdict |= {"verdict": "benefit"}
    page = outline(difference_panels([score(row())], [verdict], "curriculum"))
    assert "joint \u25b2 curriculum is better" in page.text


def test_numbers_of_the_first_metric_are_folded_below(summary, outline):
    made = differences_section(summary, "curriculum")
    page = outline(made)
    assert page.faults == []
    assert "Paired differences: curriculum minus each arm" in page.text
    assert "Student t over seeds 0.0120 0.0120" in page.text
    assert "none: 2 seeds, 3 needed none none" in page.text
    assert made.count("<details>") == 2 + 3


def test_without_pairs_nothing_is_invented():
    assert "no two arms have" in differences_section({}, "curriculum")


def test_a_panel_that_would_vanish_has_an_axis_of_its_own():
    small = score(row(values=(-0.002, 0.001), bounds=None))
    alike = difference_panels([score(row()), score(row())], [], "curriculum")
    apart = difference_panels([score(row()), small], [], "curriculum")
    assert "Each panel has an axis of its own" not in alike
    assert "Each panel has an axis of its own" in apart
    assert max(places(apart, "m-seed")) - min(places(apart, "m-seed")[3:]) > 20
