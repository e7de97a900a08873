"""Broken models are caught by the probe that is for them; sound ones pass all."""

from dist_invention.evaluation.not_measured import NotMeasured
from dist_invention.evaluation.probes import (
    causality_probe,
    permutation_probe,
    rule_probe,
)
import numpy as np
import pytest


def rng():
    return np.random.Generator(np.random.Philox(key=[4, 0]))


def inputs(n=32, time=8):
    generator = rng()
    return {
        "x": generator.normal(size=(n, time)),
        "rule": generator.normal(size=(n, 2)),
        "flag": (np.arange(n) == n - 1).astype(float),
    }


def sound(arrays):
    """A running sum, turned by the rule: causal, each example on its own."""
    return {"y": np.cumsum(arrays["x"], axis=1) * arrays["rule"][:, :1]}


def test_a_sound_model_passes_every_probe():
    found = [
        *rule_probe(sound, inputs(), ["rule"]),
        *permutation_probe(sound, inputs(), rng()),
        *causality_probe(sound, inputs(), ["x"]),
    ]
    names = ["rule heard: y", "batch mates: y", "causality: y"]
    assert [item.name for item in found] == names
    assert [item.verdict for item in found] == ["ok"] * 3
    assert [item.value for item in found] == [1.0, 0.0, 0.0]


def test_a_model_that_is_never_fed_the_rule_is_deaf():
    [found] = rule_probe(lambda a: {"y": np.cumsum(a["x"], axis=1)}, inputs(), ["rule"])
    assert (found.value, found.verdict) == (0.0, "deaf to the rule")
    assert not found.healthy


def test_a_rule_that_all_examples_share_tells_nothing():
    same = {**inputs(), "rule": np.ones((32, 2))}
    [found] = rule_probe(sound, same, ["rule"])
    assert isinstance(found.value, NotMeasured)
    assert "the same rule" in found.detail


def test_only_examples_that_got_another_rule_are_judged():
    """Half of the examples have one rule; all get another one than their own."""
    arrays = inputs()
    arrays["rule"][::2] = 5.0
    asked = []

    def predict(given):
        asked.append(given["rule"])
        return sound(given)

    [found] = rule_probe(predict, arrays, ["rule"])
    assert (asked[0] != asked[1]).any(axis=1).all()
    assert (found.value, "100.0% of 32" in found.detail) == (1.0, True)


def test_rules_are_exchanged_together():
    def by_difference(given):
        return {"y": given["a"] - given["b"]}

    column = rng().normal(size=(16, 1))
    [found] = rule_probe(by_difference, {"a": column, "b": column}, ["a", "b"])
    assert found.verdict == "deaf to the rule", "the difference is 0 for each pair"


def test_a_flag_that_any_example_can_raise_is_found():
    """It survives a shuffle of the batch; another company betrays it."""

    def any_flag(arrays):
        return {"y": arrays["x"] + (1.0 if np.any(arrays["flag"]) else 0.0)}

    [found] = permutation_probe(any_flag, inputs(), rng())
    assert found.verdict == "depends on batch mates"
    assert found.value >= 0.5


def test_a_mean_over_the_batch_is_found():
    def centred(arrays):
        return {"y": arrays["x"] - arrays["x"].mean(axis=0)}

    [found] = permutation_probe(centred, inputs(), rng())
    assert (found.verdict, found.value) == ("depends on batch mates", 1.0)


def test_a_place_in_the_batch_is_found():
    def counted(arrays):
        return {"y": arrays["x"] + np.arange(len(arrays["x"]))[:, None]}

    [found] = permutation_probe(counted, inputs(), rng())
    assert found.verdict == "depends on batch mates"


def test_rounding_is_no_finding():
    shaken = rng()

    def noisy(arrays):
        return {"y": arrays["x"] * (1 + 1e-6 * shaken.normal(size=arrays["x"].shape))}

    [found] = permutation_probe(noisy, inputs(), rng())
    assert (found.value, found.verdict) == (0.0, "ok")


@pytest.mark.parametrize("peek", [1, 7])
def test_a_model_that_sees_the_future_is_found(peek):
    def ahead(arrays):
        return {"y": np.roll(arrays["x"], -peek, axis=1)}

    [found] = causality_probe(ahead, inputs(), ["x"])
    assert found.verdict == "sees the future"
    assert found.value == 1.0


def test_a_mean_over_time_sees_the_future():
    def centred(arrays):
        return {"y": arrays["x"] - arrays["x"].mean(axis=1, keepdims=True)}

    assert causality_probe(centred, inputs(), ["x"])[0].verdict == "sees the future"


def test_outputs_without_the_time_axis_are_not_asked():
    def both(arrays):
        return {**sound(arrays), "sum": arrays["x"].sum(axis=1)}

    assert [f.name for f in causality_probe(both, inputs(), ["x"])] == ["causality: y"]


def test_probes_refuse_names_that_are_no_inputs():
    with pytest.raises(ValueError, match=r"rules to be among.*\['law'\]"):
        rule_probe(sound, inputs(), ["law"])
    with pytest.raises(ValueError, match=r"sequences to be among.*\[\]"):
        causality_probe(sound, inputs(), [])
    with pytest.raises(ValueError, match="one length of at least 2"):
        causality_probe(lambda a: {"y": a["x"][:, 0]}, inputs(), ["x"])


def test_one_example_has_no_other():
    one = inputs(n=1)
    with pytest.raises(ValueError, match="at least two examples"):
        permutation_probe(sound, one, rng())
