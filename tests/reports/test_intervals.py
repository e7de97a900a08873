"""Tests of scores as dots with intervals."""

import re

from dist_invention.reports.intervals import common_scale, score_panel, score_panels
import pytest


def score(value=0.2, ceiling=0.1, **changes):
    return {
        "split": "test_far",
        "tier": "far",
        "metric": "error",
        "better": "lower",
        "value": value,
        "interval": [value * 0.9, value * 1.1],
        "baselines": [
            {"name": "zeros", "kind": "trivial", "value": 2.0},
            {"name": "line", "kind": "classical", "value": 0.4},
            {"name": "truth", "kind": "ceiling", "value": ceiling},
        ],
        "best_baseline": {"name": "line", "value": 0.4},
        "beats_best": True,
        **changes,
    }


def dots(page):
    found = re.findall(r'<svg x="([\d.]+)%".*?class="m-(\w+)"', page)
    return {kind: float(place) for place, kind in found}


def test_the_model_stands_first_and_baselines_from_best_to_worst(outline):
    page = outline(score_panels([score()]))
    assert page.faults == []
    places = [
        page.text.index(n)
        for n in ("this model: ", "truth (ceiling): ", "line: ", "zeros: ")
    ]
    assert places == sorted(places)


def test_smaller_errors_stand_farther_left():
    found = dots(score_panels([score()]))
    assert found["ceiling"] < found["model"] < found["classical"] < found["trivial"]


def test_a_ceiling_far_below_does_not_squeeze_the_rest():
    page = score_panels([score(ceiling=1e-12)])
    assert "ceiling" not in dots(page)
    assert "\u25c2" in page  # an arrow says that it is off the axis
    assert common_scale([score(ceiling=1e-12)]).low > 0.1


def test_tiers_share_one_axis():
    near = score(value=0.05, tier="near")
    axis = common_scale([score(), near])
    assert axis.low < 0.05
    assert axis.high > 2.0
    assert (
        dots(score_panel(score(), axis))["model"]
        > dots(score_panel(near, axis))["model"]
    )


def test_the_interval_is_drawn_around_the_dot():
    page = score_panels([score()])
    bar = re.search(r'x1="([\d.]+)%" x2="([\d.]+)%"[^>]*class="whisker"', page)
    assert bar is not None
    assert float(bar[1]) < dots(page)["model"] < float(bar[2])
    assert "whisker" not in score_panels([score(interval=None)])


def test_the_dotted_line_stands_at_the_best_baseline():
    page = score_panels([score()])
    line = re.search(r'x1="([\d.]+)%"[^>]*class="reference"', page)
    assert line is not None
    assert float(line[1]) == pytest.approx(dots(page)["classical"])


def test_a_metric_where_higher_is_better_puts_the_highest_first(outline):
    page = outline(score_panels([score(better="higher")]))
    assert page.text.index("zeros: ") < page.text.index("line: ")


def test_a_score_without_baselines_is_not_drawn():
    assert score_panels([score(baselines=[], best_baseline=None)]) == (
        '<div class="grid2"></div>'
    )
