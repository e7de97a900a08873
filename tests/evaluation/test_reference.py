"""What stands beside a score is plain JSON and cannot be changed."""

from dataclasses import FrozenInstanceError
import json

from dist_invention.evaluation.reference import Reference, Worst
import pytest


def test_both_are_plain_json_values():
    rows = [
        Reference("zeros", "trivial", 2.0).as_json(),
        Worst("a=b", 3.0, 9).as_json(),
    ]
    assert json.loads(json.dumps(rows)) == [
        {"name": "zeros", "kind": "trivial", "value": 2.0},
        {"stratum": "a=b", "value": 3.0, "n": 9},
    ]


def test_neither_can_be_changed():
    with pytest.raises(FrozenInstanceError):
        Reference("zeros", "trivial", 2.0).value = 1.0
    with pytest.raises(FrozenInstanceError):
        Worst("a=b", 3.0, 9).n = 900
