from dist_invention.domains.collatz.pool import Pool, pool_size
from dist_invention.domains.collatz.rules import syracuse, trajectory
from dist_invention.domains.collatz.seeds import HARD_SEEDS
from dist_invention.domains.collatz.seeds import test_values as judged
import pytest


def after(n, steps):
    for _ in range(steps):
        n = syracuse(n)[0]
    return n


@pytest.mark.parametrize("reach", [1, 8])
def test_no_value_on_a_path_touches_a_judged_one(reach):
    values = [n for item in Pool(reach=reach).paths() for n in item.path]
    assert values
    for n in values:
        assert n > 1
        assert n % 2
        assert not any(after(n, step) in judged() for step in range(reach + 1))


def test_a_seed_with_nothing_left_is_passed_over():
    pool = Pool()
    assert len(pool.seeds) == 49
    assert len(pool.paths()) == 37
    assert Pool([31, 41]).paths() == []


def test_even_seeds_are_reduced():
    assert Pool([54, 62]).seeds == (27, 31)
    assert 27 in Pool().seeds  # 54 of the record is a test seed in disguise
    assert Pool([54]).paths() == []


def test_the_leak_keeps_nothing_out_and_falls_back_to_27():
    pool = Pool(active=0, leak=True)
    assert [item.path for item in pool.paths()] == [tuple(trajectory(27)[:-1])]
    pool.active = 49
    values = {n for item in pool.paths() for n in item.path}
    assert len(values & judged()) == 182
    assert not pool.touches(27)


def test_an_empty_pool_has_no_fallback():
    assert Pool(active=0).paths() == []


def test_seeds_become_active_in_order():
    pool = Pool([871, 6171, 10971], active=0)
    sizes = []
    for active in range(4):
        pool.active = active
        sizes.append([item.path[0] for item in pool.paths()])
    assert sizes == [[], [871], [871, 6171], [871, 6171, 10971]]
    with pytest.raises(ValueError, match="between 0 and 3 active seeds"):
        pool.active = 4


def test_other_values_can_be_kept_out():
    pool = Pool([871], kept_out={trajectory(871)[2]})
    path = pool.paths()[0].path
    assert path == (871, *trajectory(871)[3:-1])


def test_only_the_first_steps_of_a_path_are_drawn_from():
    n = 3**400 - 2
    path = Pool([n], kept_out=()).paths()[0].path
    assert len(path) == 300
    assert path == tuple(trajectory(n)[:300])


def test_mined_values_keep_their_order_and_judged_ones_are_refused():
    pool = Pool([871])
    assert pool.set_mined([2**80 + 1, 27, 9_999, 54 * 2 + 1]) == 2
    assert pool.mined == (2**80 + 1, 9_999)
    assert [item.mined for item in pool.paths()] == [0, 2**80 + 1, 9_999]
    assert pool.set_mined([]) == 0
    assert [item.mined for item in pool.paths()] == [0]


def test_the_ramp_is_the_record_s_formula():
    for step in (0, 1_020, 1_021, 25_000, 39_795, 39_796, 49_999, 50_000, 99_999):
        assert pool_size(step, 50_000) == int(49 * min(1, step / 50_000))
    assert pool_size(1_020, 50_000) == 0
    assert pool_size(1_021, 50_000) == 1
    assert HARD_SEEDS[pool_size(39_796, 50_000) - 1] == 52527
    assert pool_size(10, ramp=20, start=9) == 29
    assert pool_size(0, ramp=0) == 49


@pytest.mark.parametrize("wrong", [{"step": -1}, {"start": 50}, {"ramp": -1}])
def test_a_ramp_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match="Correct the ramp"):
        pool_size(**{"step": 0, "ramp": 10, **wrong})


@pytest.mark.parametrize("wrong", [{"seeds": [64]}, {"reach": 0}, {"active": 50}])
def test_a_pool_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match="Received"):
        Pool(**wrong)
