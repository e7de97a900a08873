"""Paired comparisons: exact p-values by hand, and what is refused."""

import itertools

from dist_invention.statistics.bootstrap import bootstrap_groups
from dist_invention.statistics.intervals import wilson
from dist_invention.statistics.paired import (
    PairedResult,
    mcnemar,
    paired_difference,
    paired_over_seeds,
    sign_flips,
)
import numpy as np
import pytest
from scipy import stats


def generator(seed):
    return np.random.Generator(np.random.Philox(key=[seed, 0]))


@pytest.mark.parametrize("n", [1, 2, 3, 6, 9])
def test_the_p_value_is_that_of_all_flips_one_by_one(n):
    change = generator(n).normal(0.5, 1.0, size=n)
    flips = np.array(list(itertools.product((-1, 1), repeat=n)))
    known = np.mean(np.abs(flips @ change) >= abs(change.sum()) - 1e-12)
    assert sign_flips(change) == pytest.approx(known)
    assert sign_flips(-change) == sign_flips(change)


def test_flips_that_tie_but_for_rounding_count_as_equal():
    assert sign_flips([0.1, 0.2, 0.3, -0.3]) == sign_flips([1.0, 2.0, 3.0, -3.0])
    assert sign_flips([0.0, 0.0, 0.0]) == 1.0


@pytest.mark.parametrize(("n", "p"), [(3, 0.25), (5, 0.0625), (6, 0.03125)])
def test_the_smallest_p_value_is_known_for_each_number_of_seeds(n, p):
    found = paired_over_seeds(np.arange(n) + 1.0, np.zeros(n))
    assert found.p_value == p


def test_forty_seeds_are_still_exact_and_fast():
    change = generator(1).normal(0.0, 1.0, size=40)
    flips = generator(2).choice([-1.0, 1.0], size=(20_000, 40))
    sampled = np.mean(np.abs(flips @ change) >= abs(change.sum()))
    assert sign_flips(change) == pytest.approx(sampled, abs=0.01)
    with pytest.raises(ValueError, match=r"1 to 40 differences.*\(41,\)"):
        sign_flips(np.ones(41))


def test_the_interval_is_student_t_of_the_differences():
    a, b = [5.0, 6.0, 4.5, 7.0, 5.5], [4.0, 5.5, 4.0, 5.0, 5.0]
    found = paired_over_seeds(a, b)
    known = stats.ttest_rel(a, b).confidence_interval()
    assert found.interval == pytest.approx((known.low, known.high))
    assert found.mean == pytest.approx(0.9)
    assert found.method == "Student t and exact sign flips over 5 paired seeds"


def test_noise_that_both_share_does_not_hide_the_difference():
    shared = 100 * generator(2).normal(size=8)
    better = shared + np.array([1.0, 1.1, 0.9, 1.0, 1.2, 0.8, 1.0, 1.0])
    found = paired_over_seeds(better, shared)
    assert found.interval[0] > 0.8
    assert found.p_value == 2 / 2**8


def test_two_seeds_have_a_difference_and_nothing_more():
    found = paired_over_seeds([1.0, 2.0], [0.5, 1.0])
    assert found == PairedResult(0.75, None, None, 2, "refused: 2 seeds, 3 needed")
    assert found.as_json()["p_value"] is None
    assert "weak" in paired_over_seeds([1.0, 2.0, 4.0], [0.5, 1.0, 2.0]).method


def test_columns_that_are_no_pairs_are_refused():
    with pytest.raises(ValueError, match=r"equal length.*\(3,\) and \(2,\).*Pair them"):
        paired_over_seeds([1.0, 2.0, 3.0], [1.0, 2.0])
    with pytest.raises(ValueError, match=r"one a seed. Received: 1 that"):
        paired_over_seeds([1.0, 2.0, np.nan], [1.0, 2.0, 3.0])


def test_a_small_paired_difference_is_seen_through_large_shared_noise():
    noise = generator(7).exponential(10.0, size=300)
    found = paired_difference(noise + 0.1, noise, np.arange(300), seed=0)
    assert found.value == pytest.approx(0.1)
    assert found.low > 0
    alone = bootstrap_groups(noise, np.arange(300), "mean", seed=0)
    assert alone.high - alone.low > 1.0


def test_the_difference_of_equal_columns_is_exactly_zero():
    values = generator(8).uniform(size=30)
    found = paired_difference(values, values, np.arange(30), "root_mean", seed=0)
    assert found.as_list() == [0.0, 0.0]


def test_examples_that_are_not_the_same_cannot_be_paired():
    with pytest.raises(ValueError, match="Expected two columns on the same examples"):
        paired_difference(np.zeros(3), np.zeros(4), np.arange(3), seed=0)


def test_mcnemar_asks_only_where_the_two_differ():
    a = np.array([1] * 50 + [1] * 9 + [0] * 1 + [0] * 40)
    b = np.array([1] * 50 + [0] * 9 + [1] * 1 + [0] * 40)
    found = mcnemar(a, b)
    assert found.p_value == pytest.approx(2 * 11 / 2**10)
    assert found.mean == pytest.approx(0.08)
    assert found.interval[0] < 0.08 < found.interval[1]
    assert found.n == 100
    assert "10 differ" in found.method


def test_equal_answers_differ_in_nothing():
    found = mcnemar([1, 0, 1, 1], [True, False, True, True])
    assert (found.mean, found.p_value) == (0.0, 1.0)
    assert found.interval[0] <= 0.0 <= found.interval[1]
    none = mcnemar([1, 1, 1], [0, 0, 0])
    assert none.interval[1] == pytest.approx(1.0)


def test_newcombe_s_interval_is_that_of_his_paper():
    # Newcombe 1998, table II: 36, 12, 2, 0 of 50: 0.0569 to 0.3404 by method 10
    a = np.array([1] * 36 + [1] * 12 + [0] * 2)
    b = np.array([1] * 36 + [0] * 12 + [1] * 2)
    assert mcnemar(a, b).interval == pytest.approx((0.0569, 0.3404), abs=1e-4)
    assert mcnemar(a, b).interval[0] > wilson(48, 50).low - wilson(38, 50).high


def test_amounts_are_no_shares():
    with pytest.raises(ValueError, match=r"successes as 0 or 1.*use paired_difference"):
        mcnemar([0.5, 1.0], [0.0, 1.0])


def test_more_seeds_than_all_flips_allow_have_a_p_value_too():
    change = np.random.Generator(np.random.Philox(key=[0, 0])).normal(size=60)
    found = paired_over_seeds(change + 0.3, np.zeros(60))
    assert "normal sign flips over 60" in found.method
    few = paired_over_seeds(change[:40] + 0.3, np.zeros(40))
    assert "exact sign flips" in few.method
    assert 0 < found.p_value < few.p_value < 0.5
    assert paired_over_seeds(np.zeros(50), np.zeros(50)).p_value == 1.0
