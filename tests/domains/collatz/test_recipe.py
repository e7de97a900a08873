"""The record's run as callbacks: what each setting brings in."""

from dist_invention.domains.collatz.mining import Mining
from dist_invention.domains.collatz.plateau import PlateauPerBatch
from dist_invention.domains.collatz.ramp import Ramp
from dist_invention.domains.collatz.recipe import ROWS, Recipe
import pytest


def kinds(**settings):
    recipe = Recipe(10, steps=3000, steps_per_epoch=50, **settings)
    return [type(item) for item in recipe.callbacks(recipe.pool())]


def test_the_record_has_a_ramp_and_a_plateau():
    assert kinds() == [Ramp, PlateauPerBatch]


@pytest.mark.parametrize("plan", ["aggressive", "gentle"])
def test_mining_comes_in_when_it_is_asked_for(plan):
    assert kinds(mining=plan) == [Ramp, Mining, PlateauPerBatch]


def test_a_cosine_is_left_alone_by_the_plateau():
    recipe = Recipe(10, steps=3000, steps_per_epoch=50, schedule="cosine")
    assert kinds(schedule="cosine") == [Ramp]
    assert recipe.rate(0.001).at(1.0) == 0
    assert Recipe(10, 3000, 50).rate(0.001).at(1.0) == 0.001


def test_without_a_ramp_every_seed_is_there_from_the_first_batch():
    recipe = Recipe(10, steps=3000, steps_per_epoch=50, ramp=0.0)
    pool = recipe.pool()
    ramp = recipe.callbacks(pool)[0]
    ramp.on_epoch_begin(0)
    assert pool.active == len(pool.seeds) == 49


def test_the_ramp_lasts_its_share_of_the_run():
    recipe = Recipe(10, steps=3000, steps_per_epoch=50, ramp=0.5)
    pool = recipe.pool()
    ramp = recipe.callbacks(pool)[0]
    active = []
    for epoch in (0, 15, 30, 59):
        ramp.on_epoch_begin(epoch)
        active.append(pool.active)
    assert active == [0, 24, 49, 49]


def test_later_values_come_in_the_order_of_their_steps():
    assert ROWS["T8"] == (0, 1, 4, 8)
