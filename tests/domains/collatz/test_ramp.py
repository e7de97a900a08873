from dist_invention.domains.collatz.pool import Pool
from dist_invention.domains.collatz.ramp import Ramp
from dist_invention.training.resume import warn_of_forgetful
import pytest


def seeds_by_epoch(ramp, epochs):
    found = []
    for epoch in epochs:
        ramp.on_epoch_begin(epoch)
        found.append(ramp.pool.active)
    return found


def test_seeds_join_with_the_batches_done():
    ramp = Ramp(Pool(active=0), steps_per_epoch=1_000, ramp=50_000)
    assert seeds_by_epoch(ramp, (0, 1, 2, 25, 50, 99)) == [0, 0, 1, 24, 49, 49]


def test_the_number_follows_from_the_epoch_alone():
    ramp = Ramp(Pool(active=5), steps_per_epoch=10, ramp=100, start=5)
    there = seeds_by_epoch(ramp, range(12))
    assert seeds_by_epoch(ramp, range(11, -1, -1)) == there[::-1]


def test_a_later_stage_goes_on_with_the_batches_before():
    ramp = Ramp(Pool(active=24), steps_per_epoch=1_000, ramp=50_000, before=25_000)
    assert seeds_by_epoch(ramp, (0, 25)) == [24, 49]


def test_no_ramp_has_every_seed_at_once():
    ramp = Ramp(Pool(), steps_per_epoch=10, ramp=0)
    assert seeds_by_epoch(ramp, (0,)) == [49]


def test_the_pool_is_as_it_was_built_before_and_after_a_stage():
    pool = Pool(active=0)
    ramp = Ramp(pool, steps_per_epoch=10, ramp=20)
    pool.active = 30  # of a run that went back
    ramp.on_train_begin()
    assert pool.active == 0
    ramp.on_epoch_begin(2)
    assert pool.active == 49
    ramp.on_train_end()
    assert pool.active == 0


def test_a_pool_that_begins_otherwise_is_refused():
    with pytest.raises(ValueError, match=r"active=49\. Build the pool with active=3"):
        Ramp(Pool(), steps_per_epoch=10, ramp=20, start=3)


def test_a_checkpoint_knows_that_there_is_nothing_to_save(caplog):
    ramp = Ramp(Pool(active=0), steps_per_epoch=10, ramp=20)
    warn_of_forgetful([ramp])
    assert not caplog.records
    ramp.on_epoch_begin(2)
    ramp.set_state(ramp.get_state())
    assert ramp.pool.active == 49
