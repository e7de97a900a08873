"""Circles and unknown names are refused by name."""

from itertools import pairwise
from pathlib import Path

from dist_invention.campaigns import CycleFound, Step, UnknownStep
from dist_invention.campaigns.graph import ancestors, check_graph
import pytest

HERE = Path("campaign")


def steps(**waits):
    return [
        Step(name, ("train.py",), after=tuple(after)) for name, after in waits.items()
    ]


def test_a_circle_is_named():
    with pytest.raises(CycleFound, match=r"a -> b -> a|b -> a -> b"):
        check_graph(steps(a="b", b="a", c=""), HERE)


def test_arrows_point_to_what_is_waited_for():
    with pytest.raises(CycleFound) as caught:
        check_graph(steps(a="b", b="c", c="a"), HERE)
    circle = str(caught.value).split("Received: ")[1].split(",")[0].split(" -> ")
    assert circle[0] == circle[-1]
    assert set(pairwise(circle)) == {
        ("a", "b"),
        ("b", "c"),
        ("c", "a"),
    }


def test_a_step_that_waits_for_itself_is_a_circle():
    with pytest.raises(CycleFound, match="a -> a"):
        check_graph(steps(a="a"), HERE)


def test_an_unknown_name_is_an_error_that_lists_the_known_ones():
    with pytest.raises(UnknownStep, match=r"among \['a', 'b'\]. Received: \['z'\]"):
        check_graph(steps(a="", b="z"), HERE)


def test_two_steps_may_share_neither_name_nor_folder():
    with pytest.raises(ValueError, match="a more than once"):
        check_graph([*steps(a=""), *steps(a="")], HERE)
    guest = Step("b", ("train.py",), runs_dir=HERE / "a")
    with pytest.raises(ValueError, match="campaign/a more than once"):
        check_graph([*steps(a=""), guest], HERE)


def test_ancestors_are_found_through_others_in_the_order_of_the_campaign():
    every = steps(a="", b="a", c="", d="bc", e="")
    assert ancestors(every, "d") == ["a", "b", "c"]
    assert ancestors(every, "e") == []
