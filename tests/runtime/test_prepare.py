import json
import sys

from dist_invention.runtime.backend import WrongBackend
from dist_invention.runtime.prepare import prepare
import numpy as np
import pytest

module = sys.modules["dist_invention.runtime.prepare"]  # its package hides the name


@pytest.fixture
def calls(keras, monkeypatch):
    """Watch the order of the steps; leave devices and policy as they were."""
    calls = []
    for name in ("require_backend", "gpu_capability", "seed_everything"):
        original = getattr(module, name)
        monkeypatch.setattr(
            module,
            name,
            lambda *words, n=name, f=original: (calls.append(n), f(*words))[1],
        )
    monkeypatch.setattr(
        module,
        "grow_on_demand",
        lambda backend: (calls.append("grow_on_demand"), "grown")[1],
    )
    policy = keras.config.dtype_policy()
    yield calls
    keras.config.set_dtype_policy(policy)


def test_the_machine_is_set_up_in_order(keras, calls):
    machine = prepare(seed=7, precision="bfloat16")
    assert calls == [
        "require_backend",
        "grow_on_demand",
        "gpu_capability",
        "seed_everything",
    ]
    assert keras.config.dtype_policy().name == machine.policy == "mixed_bfloat16"
    assert (machine.backend, machine.memory) == ("tensorflow", "grown")
    assert json.loads(json.dumps(machine.as_json())) == machine.as_json()


def test_the_seed_rules_what_is_drawn_from_global_state(keras, calls):
    def draw(seed):
        prepare(seed, precision="float32")
        return [np.random.random(), keras.random.uniform(()).numpy().item()]

    first = draw(1)
    assert draw(1) == first
    assert draw(2) != first


def test_nothing_is_touched_on_a_wrong_backend(calls, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "theano")
    with pytest.raises(WrongBackend):
        prepare(seed=0)
    assert calls == ["require_backend"]


def test_an_unknown_precision_is_refused(calls):
    with pytest.raises(ValueError, match=r"Expected the precision"):
        prepare(seed=0, precision="half")
    assert "seed_everything" not in calls
