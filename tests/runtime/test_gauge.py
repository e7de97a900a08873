"""A reading holds what this process has, and what it could still have."""

import time

from dist_invention.runtime import gauge
from dist_invention.runtime.gauge import Gauge, Reading


def test_a_reading_is_of_this_process_now():
    found = Gauge("tensorflow").read(7)
    assert found.step == 7
    assert abs(found.seconds - time.monotonic()) < 5
    assert found.host > 10
    assert found.available > 10
    assert found.ceiling == found.host + found.available
    assert found.device is None or found.device["peak"] >= 0


def test_the_device_is_read_and_its_limit_asked_by_backend(monkeypatch):
    monkeypatch.setattr(gauge, "device_mebibytes", lambda name: {"current": name})
    monkeypatch.setattr(gauge, "device_limit_mebibytes", lambda name: f"{name} limit")
    assert Gauge("jax").read(1).device == {"current": "jax"}
    assert Gauge("jax").device_limit() == "jax limit"


def test_the_ceiling_moves_with_what_others_take():
    assert Reading(1, 0.0, 100.0, 50.0).ceiling == 150.0
    assert Reading(2, 1.0, 100.0, 20.0).ceiling == 120.0
