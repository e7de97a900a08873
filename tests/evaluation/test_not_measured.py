"""A thing that was not measured never becomes a number."""

import math
import operator

from dist_invention.evaluation.not_measured import NotMeasured
import numpy as np
import pytest

ABSENT = NotMeasured("2 examples, 20 needed")


@pytest.mark.parametrize("use", [float, int, bool, abs, round, math.floor, np.asarray])
def test_it_refuses_to_become_a_number(use):
    with pytest.raises(TypeError):
        use(ABSENT)


@pytest.mark.parametrize("name", ["add", "sub", "mul", "truediv", "pow", "lt", "ge"])
def test_it_refuses_arithmetic_and_order_from_both_sides(name):
    apply = getattr(operator, name)
    for left, right in ((ABSENT, 1.0), (1.0, ABSENT)):
        with pytest.raises(TypeError, match="2 examples, 20 needed"):
            apply(left, right)


def test_a_mean_over_it_is_refused():
    with pytest.raises(TypeError):
        np.mean([1.0, ABSENT])
    with pytest.raises(TypeError):
        sum([1.0, ABSENT])


def test_it_equals_only_itself():
    assert NotMeasured("a") == NotMeasured("a")
    assert NotMeasured("a") != NotMeasured("b")
    assert ABSENT != 0.0


def test_it_needs_a_reason():
    with pytest.raises(ValueError, match=r"Expected the reason.*Received: reason=' '"):
        NotMeasured(" ")
