"""Only a value of exactly one other group is a match."""

from dist_invention.evaluation.equal_values import ValueFinder, other_groups
import numpy as np

#                   train                 test
VALUES = np.array([0, 0, 1, 1, 1, 2, 3, 0, 2, 9])
GROUPS = np.array([0, 1, 2, 3, 4, 5, 5, 6, 6, 6])
TRAIN, TEST = np.arange(7), np.arange(7, 10)


def test_other_groups_are_counted_without_the_own_one():
    count, group = other_groups(VALUES, GROUPS, TRAIN, TRAIN)
    assert count.tolist() == [1, 1, 2, 2, 2, 0, 0]
    assert group[:2].tolist() == [1, 0]
    count, group = other_groups(VALUES, GROUPS, TRAIN, TEST)
    assert count.tolist() == [2, 1, 0]
    assert group[1] == 5


def test_a_value_of_one_other_group_matches_and_a_frequent_one_does_not():
    found = ValueFinder(VALUES, GROUPS, np.arange(10)).find(TRAIN, TEST)
    assert found.partner.tolist() == [-1, 5, -1]
    assert found.score.tolist() == [np.inf, 0.0, np.inf]
    assert found.size.tolist() == [7, 8, 9]


def test_a_value_repeated_inside_its_own_group_is_no_match():
    values, groups = np.array([4, 4, 5]), np.array([0, 0, 1])
    rows = np.arange(3)
    found = ValueFinder(values, groups, rows).find(rows, rows)
    assert found.partner.tolist() == [-1, -1, -1]


def test_equal_contents_are_left_to_the_search_for_equal_inputs():
    contents = np.array([0, 1, 2, 3, 4, 5, 6, 7, 5, 9])
    finder = ValueFinder(VALUES, GROUPS, np.arange(10), contents)
    assert finder.find(TRAIN, TEST).partner.tolist() == [-1, -1, -1]
