"""What differences come down to: by default, nothing."""

from dist_invention.campaigns.verdicts import (
    main_comparison,
    said,
    seeds_needed,
    verdict,
    verdicts,
)
from dist_invention.statistics import sign_flips
import pytest


def difference(arm="joint", mean=-0.5, interval=(-0.75, -0.25), p=0.01, n=8):
    return {
        "arm": arm,
        "mean": mean,
        "interval": None if interval is None else list(interval),
        "p_holm": p,
        "per_seed": [{"seed": seed, "value": mean} for seed in range(n)],
    }


def row(*differences, split="test_far", tier="far", metric="mse", better="lower"):
    head = {"split": split, "tier": tier, "metric": metric, "unit": "m2"}
    return {**head, "better": better, "differences": list(differences)}


def test_a_lower_error_of_the_curriculum_is_a_benefit():
    [found] = verdicts([row(difference())])
    assert found["verdict"] == "benefit"
    assert found["sentence"] == (
        "Against joint, MSE on test far: benefit (difference -0.500 m2, 95 % interval "
        "[-0.750, -0.250], p=0.0100 after Holm, n=8)."
    )
    assert verdicts([row(difference(), better="higher")])[0]["verdict"] == "harm"


@pytest.mark.parametrize(
    "item",
    [
        difference(p=0.06),
        difference(interval=(-1.0, 0.1)),
        difference(p=None, interval=None, n=2),
        difference(mean=None, p=None, interval=None, n=0),
    ],
    ids=["chance after Holm", "interval holds 0", "two seeds", "no seed"],
)
def test_anything_less_is_no_evidence(item):
    [found] = verdicts([row(item)])
    assert found["verdict"] == "no evidence of benefit"
    assert ": no evidence of benefit (" in found["sentence"]


def test_the_default_sentence_names_difference_interval_and_seeds():
    assert said(row(), difference(p=0.5, n=3)) == (
        "no evidence of benefit (difference -0.500 m2, 95 % interval [-0.750, -0.250], "
        "p=0.500 after Holm, n=3)"
    )
    wide = difference(interval=(-1.0, 0.1), p=1.0)
    assert said(row(), wide).endswith("[-1.00, 0.100], n=8)")
    assert "interval refused, 3 seeds are needed, n=2" in said(
        row(), difference(interval=None, p=None, n=2)
    )
    assert "no seed finished in both arms" in said(row(), difference(n=0))


def test_the_whole_comes_down_to_one_sentence():
    rows = [row(difference(p=1.0), difference("random", p=1.0))]
    assert verdict(rows, True) == (
        "No evidence of benefit in any of 2 comparisons. Against joint, MSE on test "
        "far: no evidence of benefit (difference -0.500 m2, 95 % interval [-0.750, "
        "-0.250], p=1.00 after Holm, n=8)."
    )
    assert verdict(
        [row(difference(), difference("a", 1.0, (0.5, 2.0)))], True
    ).startswith(
        "Of 2 comparisons, the curriculum is better in 1 and worse in 1. Against joint"
    )
    assert verdict(rows, False).endswith(
        "The budgets differ, so this shows nothing yet."
    )
    assert verdict([row()], True).startswith("Nothing to compare: no control")
    assert verdict([], True).startswith("Nothing to compare")


def test_what_matters_most_is_the_first_metric_far_out_against_joint():
    near = row(difference("random"), split="test_near", tier="near")
    far = row(difference("anti"), difference("random"))
    other = row(difference("joint"), metric="mae")
    assert main_comparison([near, far, other]) == (far, far["differences"][1])


@pytest.mark.parametrize("family", [1, 2, 8, 24])
def test_with_the_seeds_needed_the_clearest_result_can_be_shown(family):
    enough = seeds_needed(family)
    assert family * sign_flips([1.0] * enough) <= 0.05
    assert family * sign_flips([1.0] * (enough - 1)) > 0.05


def test_what_was_not_compared_does_not_count():
    rows = [row(difference(n=0, p=None), difference("anti", p=1.0))]
    assert verdict(rows, True).startswith(
        "No evidence of benefit in any of 1 comparisons. Against anti, MSE on test far"
    )
    assert verdict([row(difference(n=0, p=None))], True).startswith(
        "Nothing to compare"
    )
