import json

from dist_invention.curriculum import Constant, Place
from dist_invention.curriculum.callbacks import ApplyStage
from dist_invention.curriculum.stage import Stage
from dist_invention.curriculum.terms import Learner
from dist_invention.datasets import Batches
from dist_invention.domains.collatz import mining
from dist_invention.domains.collatz.mining import (
    AGGRESSIVE,
    GENTLE,
    Mining,
    MiningPlan,
)
from dist_invention.domains.collatz.plateau import PlateauPerBatch
from dist_invention.domains.collatz.pool import Pool
from dist_invention.domains.collatz.ramp import Ramp
from dist_invention.domains.collatz.record import record_network
from dist_invention.domains.collatz.record_losses import record_terms, record_weights
from dist_invention.domains.collatz.sampler import Draw, draw, record_stream
from dist_invention.domains.collatz.seeds import test_values as judged
from dist_invention.runtime.seeds import stream
from dist_invention.runtime.state import read_state, write_state
from dist_invention.runtime.step import build_step
from dist_invention.storage import to_json
from dist_invention.training import resume
from dist_invention.training.loop import Lesson, run_lesson
import keras
import numpy as np
import pytest

STEPS, EPOCHS, LOOKAHEAD = 3, 6, 2
TOTAL = STEPS * EPOCHS
PLAN = MiningPlan(every=4, candidates=60, count=5, cap=12)


def height_is_value(batch, training):
    """V is the size of n, so that the greatest growth has the lowest margin."""
    return {"value": keras.ops.convert_to_tensor(batch["features"][:, :, 0])}


def miner(pool, plan=PLAN):
    found = Mining(pool, LOOKAHEAD, plan, STEPS, TOTAL, seed=3)
    found.set_model(height_is_value)
    return found


def test_plans_are_those_of_the_record():
    assert (AGGRESSIVE.every, AGGRESSIVE.candidates) == (10_000, 5_000)
    assert (AGGRESSIVE.count, AGGRESSIVE.cap, AGGRESSIVE.start) == (50, 1000, 0.0)
    assert (GENTLE.every, GENTLE.count, GENTLE.start) == (25_000, 10, 0.5)


@pytest.mark.parametrize(("plan", "searches"), [(AGGRESSIVE, 9), (GENTLE, 2)])
def test_a_plan_has_as_many_searches_in_a_run_of_any_length(plan, searches):
    for steps in (100_000, 2_000):
        scaled, epoch = plan.scaled(steps), steps // 100
        due = [
            done
            for done in range(epoch, steps + 1, epoch)
            if scaled.is_due(done - epoch, done, steps)
        ]
        assert len(due) == searches
        assert due[0] >= plan.start * steps
        assert due[-1] < steps


def test_a_plan_that_does_nothing_is_refused():
    with pytest.raises(ValueError, match="count=0"):
        MiningPlan(every=1, candidates=5, count=0)


def test_the_lowest_falls_of_the_candidates_are_added_in_order():
    pool = Pool([871, 6171])
    found = miner(pool)
    found.on_epoch_end(1)
    drawn = draw(stream(3, "collatz", "mining", 6), 60, pool_without_mined(pool), 0.5)
    falls = found.margins(drawn.values)
    order = list(dict.fromkeys(drawn.values[row] for row in np.argsort(falls)))
    assert pool.mined == tuple(order[:5])
    assert falls.dtype == np.float32
    assert found.found == [
        {"step": 6, "added": 5, "least_fall": pytest.approx(falls.min())}
    ]


def pool_without_mined(pool):
    return Pool(pool.seeds)


def test_nothing_is_mined_between_searches():
    pool = Pool([871])
    found = miner(pool)
    found.on_epoch_end(0)
    assert pool.mined == ()
    assert found.found == []


def test_no_value_is_mined_twice_and_the_oldest_go():
    pool = Pool([871])
    found = miner(pool)
    history = []
    for epoch in range(1, EPOCHS - 1):
        found.on_epoch_end(epoch)
        history.append(pool.mined)
        assert len(set(pool.mined)) == len(pool.mined) <= 12
    assert history[-1] != history[0]
    assert len(pool.mined) == 12
    assert history[-1][:2] != history[0][:2]


def test_no_judged_value_is_mined():
    pool = Pool(reach=8)
    found = miner(pool, MiningPlan(every=3, candidates=400, count=100))
    for epoch in range(EPOCHS):
        found.on_epoch_end(epoch)
    assert len(pool.mined) > 200
    assert not any(pool.touches(n) for n in pool.mined)
    assert not judged() & set(pool.mined)
    assert found.guarded == 0


def test_the_guard_refuses_judged_values_and_counts_them(monkeypatch):
    def careless(generator, count, pool, hard_share):
        values = [27, 41, 2**60 + 1, 109, 9_999]
        return Draw(values, np.zeros(5, bool))

    monkeypatch.setattr(mining, "draw", careless)
    pool = Pool([871])
    found = miner(pool)
    found.on_epoch_end(1)
    assert set(pool.mined) == {2**60 + 1, 9_999}
    assert found.guarded == 3


def test_the_leak_may_mine_anything():
    pool = Pool(active=0, leak=True)
    found = miner(pool, MiningPlan(every=3, candidates=400, count=100))
    found.on_epoch_end(1)
    assert judged() & set(pool.mined)


def test_a_stage_begins_and_ends_without_mined_values():
    pool = Pool([871])
    found = miner(pool)
    found.on_epoch_end(1)
    found.on_train_end()
    assert pool.mined == ()
    pool.set_mined([9_999])
    found.on_train_begin()
    assert pool.mined == ()


def test_mined_values_survive_as_text_of_any_size():
    pool, other = Pool([871]), Pool([871])
    pool.set_mined([2**150 + 1, 9_999])
    state = json.loads(json.dumps(miner(pool).get_state()))
    miner(other).set_state(state)
    assert other.mined == pool.mined


class Diary:
    """Writes down what a checkpoint would hold, at every place."""

    def __init__(self, model, lesson):
        self.model, self.lesson, self.pages = model, lesson, {}

    def after_step(self, place, result):
        memory, arrays = resume.collect(self.lesson.live)
        state = read_state(self.model)
        self.pages[place] = (state, json.loads(to_json(memory)), arrays)

    def after_epoch(self, place, logs):
        self.after_step(place, None)


def parts():
    """A stage as a fresh process builds it, from nothing but its settings."""
    pool = Pool([871, 6171, 10971, 13255], active=0)
    rows = record_stream("record", pool, LOOKAHEAD, examples_per_epoch=16 * STEPS)
    stage = Stage("one", rows, EPOCHS, Constant(1e-2), record_weights())
    lesson = Lesson(
        Batches(rows, 16, seed=0, stage="one"),
        EPOCHS,
        [
            ApplyStage(stage, STEPS),
            Ramp(pool, STEPS, ramp=12),
            Mining(pool, LOOKAHEAD, PLAN, STEPS, TOTAL, seed=0),
            PlateauPerBatch(patience=2),
        ],
    )
    lesson.batches.batch(0, 0)  # as before training, with the pool as it was built
    return lesson, pool


class Watched(keras.callbacks.Callback):
    """Tells what the pool is while batches are drawn."""

    def __init__(self, pool):
        super().__init__()
        self.pool, self.seen = pool, []

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append((self.pool.active, self.pool.mined))

    def get_state(self):
        return {}

    def set_state(self, state):
        pass


def test_training_goes_on_as_if_never_interrupted():
    keras.utils.set_random_seed(1)
    network = record_network(LOOKAHEAD, (8,), adaptive=True, seed=1)
    model = Learner(network, record_terms())
    model.compile(keras.optimizers.AdamW(1e-3), jit_compile=False)
    model.optimizer.build(model.trainable_variables)
    step = build_step(model)
    first = read_state(model)
    lesson, pool = parts()
    watched = Watched(pool)
    lesson.callbacks.append(watched)
    diary = Diary(model, lesson)
    lesson.watchers = [diary]
    run_lesson(model, step, lesson, Place())
    wanted = read_state(model)
    last = resume.collect(lesson.live)[0]
    assert [active for active, _ in watched.seen[::STEPS]] == [0, 1, 2, 3, 4, 4]
    assert [len(mined) for _, mined in watched.seen[::STEPS]] == [0, 0, 5, 10, 12, 12]
    assert len(lesson.callbacks[3].changes) > 1
    assert step.traces == 1
    places = [place for place in diary.pages if place.step in (0, 1, 3)]
    assert len(places) == 3 * EPOCHS
    for place in places:
        write_state(model, first)
        again, fresh = parts()
        again.callbacks.append(Watched(fresh))
        state, memory, arrays = diary.pages[place]

        def restore(callbacks, state=state, memory=memory, arrays=arrays):
            write_state(model, state)
            resume.restore(callbacks, memory, arrays)

        run_lesson(model, step, again, place, restore)
        found = read_state(model)
        for name, value in wanted.items():
            assert np.array_equal(found[name], value), f"{name}, resumed at {place}"
        assert resume.collect(again.live)[0]["callbacks"] == last["callbacks"]
