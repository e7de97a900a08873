"""A run whose loss terms a controller turns, killed and resumed: the same bits."""

import json

from dist_invention.curriculum import Constant, Relobralo, Stage
import pytest

BALANCE = Relobralo(alpha=0.5, rho=0.5, every=2, seed=5)


def build_stages(self, splits):
    weights = {"squared": Constant(1.0), "absolute": Constant(0.5)}
    return [Stage("only", splits["easy"], 3, Constant(1e-2), weights, balance=BALANCE)]


@pytest.fixture(scope="module")
def whole(tiny, tmp_path_factory):
    """The run that nothing interrupted."""
    return tiny.run(tmp_path_factory.mktemp("balanced"), build_stages=build_stages)


def test_weights_and_shares_are_in_the_records(whole):
    rows = [json.loads(line) for line in whole.metrics.splitlines()]
    epochs = [row["values"] for row in rows if row["kind"] == "epoch"]
    weights = [row["weight/absolute"] for row in epochs]
    assert len(set(weights)) == 3, "they move"
    assert all(row["share/squared"] <= 0.99 + 1e-6 for row in epochs)
    assert "balance" in whole.results["curriculum"][0]


def test_a_killed_run_goes_on_with_the_same_weights(tiny, whole, tmp_path):
    """It resumes after the ninth step: inside an epoch, and between two looks."""
    moment = ("step", "only", 10)
    tiny.kill(tmp_path, moment, build_stages=build_stages, checkpoint_seconds=1e-9)
    found = tiny.run(tmp_path, build_stages=build_stages)
    tiny.assert_same(found, whole)
    assert found.results["last_resume_step"] == 9
