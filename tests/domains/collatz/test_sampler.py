from dist_invention.datasets import Batches
from dist_invention.domains.collatz import sampler
from dist_invention.domains.collatz.pool import Pool
from dist_invention.domains.collatz.rules import syracuse, trajectory
from dist_invention.domains.collatz.sampler import (
    NothingLeftToDraw,
    draw,
    record_arrays,
    record_stream,
)
from dist_invention.domains.collatz.seeds import test_values as judged
from dist_invention.domains.collatz.windows import windows
import numpy as np
import pytest

ROWS = (0, 1, 4, 8)


def generator(seed=0):
    return np.random.Generator(np.random.Philox(key=[seed, 0]))


def met(n, steps):
    """Values that a row of n touches."""
    found = [n]
    for _ in range(steps):
        found.append(syracuse(found[-1])[0])
    return found


def test_a_quarter_of_each_batch_is_hard():
    drawn = draw(generator(), 3 * 1024, Pool())
    assert drawn.is_hard.reshape(3, 1024).sum(axis=1).tolist() == [256] * 3
    assert draw(generator(), 10, Pool(), hard_share=0.5).is_hard.sum() == 5


@pytest.mark.parametrize("reach", [1, 8])
def test_no_row_touches_a_judged_value(reach):
    pool = Pool(reach=reach)
    pool.set_mined([2**60 + 1, 9_999])
    drawn = draw(generator(), 20_000, pool)
    small = [n for n in drawn.values if n < 1000]
    assert len(small) > 100  # there is something to keep out
    for n in drawn.values:
        assert not judged() & set(met(n, reach))


def test_the_leak_puts_judged_values_back():
    drawn = draw(generator(), 4096, Pool(leak=True))
    assert sum(n in judged() for n in drawn.values) > 100


def test_an_empty_pool_makes_every_row_random():
    drawn = draw(generator(), 1024, Pool(active=0))
    assert not drawn.is_hard.any()
    arrays = record_arrays(windows(drawn.values, 2), 1, is_hard=drawn.is_hard)
    assert set(arrays["importance"]) == {1.0, 10.0}


def test_an_empty_pool_of_the_leak_draws_from_27():
    drawn = draw(generator(), 1024, Pool(active=0, leak=True))
    hard = {
        n for n, is_hard in zip(drawn.values, drawn.is_hard, strict=True) if is_hard
    }
    assert len(hard) > 35
    assert hard <= set(trajectory(27)[:-1])


def test_random_integers_have_every_size_alike_and_are_odd():
    drawn = draw(generator(), 12_300, Pool(leak=True), hard_share=0.0)
    bits = np.array([n.bit_length() for n in drawn.values])
    assert (bits.min(), bits.max()) == (3, 125)
    count = np.bincount(bits)[3:]
    assert len(count) == 123
    assert np.abs(count - 100).max() < 50  # five standard deviations
    assert all(n % 2 for n in drawn.values)
    top = [n >> (n.bit_length() - 3) for n in drawn.values if n.bit_length() > 3]
    assert np.bincount(top)[4:] / len(top) == pytest.approx(0.25, abs=0.02)


def test_seeds_are_drawn_alike_whatever_the_length_of_their_path():
    pool = Pool([871, 1117065, 837799], kept_out=())
    drawn = draw(generator(), 9_000, pool, hard_share=1.0)
    alone = set(trajectory(871)) - set(trajectory(1117065) + trajectory(837799))
    share = np.mean([n in alone for n in drawn.values])
    assert share == pytest.approx(len(alone) / len(trajectory(871)) / 3, abs=0.02)


def test_a_mined_value_is_taken_itself_three_times_in_ten():
    pool = Pool([871], active=0)
    n = 2**90 + 1
    pool.set_mined([n])
    drawn = draw(generator(), 4_000, pool, hard_share=1.0)
    assert set(drawn.values) <= set(trajectory(n))
    assert np.mean([m == n for m in drawn.values]) == pytest.approx(0.3, abs=0.03)


def test_importance_is_that_of_the_record():
    found = windows([27, 41, 27, 41], 1)
    hard = np.array([True, True, False, False])
    assert record_arrays(found, 0, is_hard=hard)["importance"].tolist() == [
        20,
        2,
        10,
        1,
    ]


def test_a_stream_gives_what_its_fields_say():
    stream = record_stream("record", Pool(reach=8), 10, ROWS)
    arrays = stream.draw(generator(), 32)
    shapes = {name: array.shape for name, array in arrays.items()}
    assert shapes == {
        "features": (32, 4, 16),
        "importance": (32,),
        "anchor": (32,),
        "drift": (32,),
    }
    assert {array.dtype for array in arrays.values()} == {np.dtype("float32")}
    assert stream.datasheet["kept_out"] == 340


@pytest.mark.parametrize("leak", [False, True])
def test_what_enters_a_stream_touches_no_judged_value_but_with_the_leak(
    leak, monkeypatch
):
    seen = []

    def spy(values, steps):
        seen.extend(values)
        return windows(values, steps)

    monkeypatch.setattr(sampler, "windows", spy)
    stream = record_stream("record", Pool(reach=8, leak=leak), 10, ROWS)
    stream.draw(generator(), 4096)
    touching = sum(bool(judged() & set(met(n, 8))) for n in seen)
    assert len(seen) == 4096
    assert touching > 500 if leak else touching == 0


def test_a_batch_follows_from_its_place_alone():
    first, again = (
        Batches(record_stream("record", Pool(), 3, block=2), 16, seed=1, stage="a")
        for _ in range(2)
    )
    wanted = [first.batch(0, index)[0]["features"] for index in range(4)]
    for index in (3, 0, 2, 1):
        assert np.array_equal(again.batch(0, index)[0]["features"], wanted[index])
    assert not np.array_equal(wanted[0], wanted[1])


def test_rows_out_of_order_or_beyond_the_pool_s_reach_are_refused():
    with pytest.raises(ValueError, match=r"begin with 0 and 1"):
        record_stream("record", Pool(), 3, (1, 0))
    with pytest.raises(ValueError, match=r"reach=1\. Build it with"):
        record_stream("record", Pool(), 3, ROWS)
    assert record_stream("record", Pool(leak=True), 3, ROWS)


def test_a_share_that_is_none_is_refused():
    with pytest.raises(ValueError, match=r"hard_share=1\.5"):
        draw(generator(), 4, Pool(), hard_share=1.5)


def test_keeping_everything_out_is_an_error_and_no_endless_loop():
    class All(Pool):
        def touches(self, n):
            return True

    with pytest.raises(NothingLeftToDraw, match="Keep fewer values out"):
        draw(generator(), 4, All(active=0))
