from dist_invention.curriculum import (
    AugmentedLagrangian,
    Balancer,
    Constant,
    ConstantBalance,
    Linear,
    RampBalance,
    Relobralo,
    StageChangesNothing,
    UncertaintyWeighting,
    WarmUp,
    WhenReaches,
    refuse_noop_stages,
)
from dist_invention.datasets import Mixture, Stream
import numpy as np
import pytest


def probe(weights, batch):
    """Loss and gradient norm of a model that reads the terms `error` and `size`."""
    x = float(np.mean(batch[0]["x"]))
    loss = weights.get("error", 0.0) * (1 + x) + weights.get("size", 0.0) * (3 + x)
    return loss, abs(loss) / 2


def check(*stages, batch_size=4, probe=probe):
    refuse_noop_stages(stages, batch_size, 0, probe)


def both(error=1.0, size=1.0):
    return {"error": Constant(error), "size": Constant(size)}


def test_a_first_stage_has_nothing_to_differ_from(make_stage):
    check(make_stage())


@pytest.mark.parametrize(
    "changes",
    [
        {"learning_rate": Constant(0.001)},
        {"learning_rate": WarmUp(Constant(0.01), until=0.02)},
        {"epochs": 3},
        {"leave": WhenReaches("val_loss", 0.1, "min")},
        {"weights": both()},
        {"weights": {"error": Linear(1.0, 2.0)}},
        {"weights": {"error": WarmUp(Constant(1.0), until=0.02)}},
        {"weights": {"size": Constant(1.0)}},
    ],
    ids=str,
)
def test_a_stage_that_differs_somewhere_is_fine(changes, make_stage):
    check(make_stage("first"), make_stage("second", **changes))


def test_two_warm_ups_of_other_lengths_differ(make_stage):
    short, long = (WarmUp(Constant(0.01), until=until) for until in (0.1, 0.2))
    check(
        make_stage("first", learning_rate=short),
        make_stage("second", learning_rate=long),
    )
    check(
        make_stage("first", weights={"error": short}),
        make_stage("second", weights={"error": long}),
    )


def test_a_stage_that_differs_in_nothing_is_refused(make_stage):
    with pytest.raises(
        StageChangesNothing, match=r"`second` to differ from `first`.*same data.*Drop"
    ):
        check(make_stage("first"), make_stage("second"))


def test_a_term_that_nobody_reads_is_refused_by_name(make_stage):
    first = make_stage("first")
    second = make_stage(
        "second",
        weights={"error": Constant(1.0), "focus": Constant(1.0)},
        learning_rate=Constant(0.1),
    )
    with pytest.raises(
        StageChangesNothing,
        match=r"`second` differs from `first`.*no effect of \['weights\[focus\]'\]",
    ):
        check(first, second)


def test_a_term_without_a_gradient_is_refused(make_stage):
    def detached(weights, batch):
        return sum(weights.values()), 1.0

    with pytest.raises(StageChangesNothing, match=r"weights\[size\]"):
        check(make_stage(), make_stage("second", weights=both()), probe=detached)


def test_each_idle_option_is_named(make_stage, make_split):
    second = make_stage(
        "second",
        data=make_split(name="randomised"),  # the same examples under another name
        learning_rate=Linear(0.01, 0.01),
        weights={"error": Linear(1.0, 1.0), "size": Constant(1.0)},
    )
    with pytest.raises(
        StageChangesNothing,
        match=r"\['data', 'learning_rate', 'weights\[error\]'\].*Remove the option",
    ):
        check(make_stage("first"), second)


def test_every_neighbour_is_compared(make_stage):
    stages = [make_stage("a"), make_stage("b", epochs=3), make_stage("c", epochs=3)]
    with pytest.raises(StageChangesNothing, match=r"`c` to differ from `b`"):
        check(*stages)
    check(*stages[:2], make_stage("c", epochs=2))


def test_one_other_example_is_another_split(make_stage, make_split):
    split = make_split()
    x = split.arrays["x"].copy()
    x[7] += 1
    changed = make_split()
    changed.arrays["x"][:] = x
    for row in range(12):  # wherever the odd one comes in the first epoch
        order = np.roll(np.arange(12), row)
        first = make_stage("first", data=split.take(order))
        check(first, make_stage("second", data=changed.take(order)))


def test_slightly_other_weights_make_another_mixture(make_stage, make_split):
    parts = (make_split(20, 1, "a"), make_split(20, 2, "b"))
    stages = [
        make_stage(name, data=Mixture(name, parts, {"a": share, "b": 1 - share}))
        for name, share in (("first", 0.5), ("second", 0.6))
    ]
    check(*stages)


def test_a_longer_epoch_is_other_data(make_stage, make_split):
    split = make_split()

    def stream(name, count):
        def generate(generator, n):
            rows = generator.integers(len(split), size=n)
            return {key: array[rows] for key, array in split.arrays.items()}

        return Stream(name, generate, split.fields, ("x",), ("y",), count)

    short, long = stream("short", 8), stream("long", 12)
    check(make_stage("first", data=short), make_stage("second", data=long))
    with pytest.raises(StageChangesNothing, match=r"\['data'\]"):
        check(
            make_stage("first", data=short),
            make_stage("second", data=stream("other", 8)),
        )


def test_a_term_that_is_dropped_must_have_counted(make_stage):
    first = make_stage("first", weights=both())
    check(first, make_stage("second", weights={"error": Constant(1.0)}))

    def deaf(weights, batch):
        return weights["error"], weights["error"]

    with pytest.raises(StageChangesNothing, match=r"weights\[size\]"):
        check(
            first,
            make_stage("second", weights={"error": Constant(1.0)}),
            probe=deaf,
        )


def test_a_real_learner_notices_its_terms(make_learner, make_stage):
    from dist_invention.runtime.state import read_state, write_state
    from dist_invention.runtime.step import build_step

    learner = make_learner()
    step = build_step(learner)
    before = {}

    def real(weights, batch):
        if before:
            write_state(learner, before)
        learner.set_weights_of_terms(weights)
        result = step(batch)
        learner.reset_metrics()
        before.update(before or read_state(learner))
        return float(result.logs["loss"]), float(result.gradient_norm)

    check(make_stage(), make_stage("second", weights=both()), probe=real)
    assert step.traces == 1


@pytest.mark.parametrize(
    "balance",
    [
        ConstantBalance({"size": 2.0}),
        Balancer(cap=0.9),
        RampBalance(("size",)),
        Relobralo(),
        UncertaintyWeighting(),
        AugmentedLagrangian({"size": 0.1}),
    ],
    ids=lambda balance: type(balance).__name__,
)
def test_a_balancer_is_a_difference_that_shows(balance, make_stage):
    plain = make_stage("plain", weights=both())
    check(plain, make_stage("balanced", weights=both(), balance=balance))
    check(make_stage("balanced", weights=both(), balance=balance), plain)


def test_a_balancer_without_anything_to_balance_is_refused(make_stage):
    plain = make_stage("plain")
    alone = make_stage("alone", balance=Relobralo(), epochs=3)
    with pytest.raises(StageChangesNothing, match=r"no effect of \['balance'\]"):
        check(plain, alone)


def test_the_same_balancer_twice_is_no_difference(make_stage):
    first, second = (
        make_stage(name, weights=both(), balance=Relobralo(seed=1))
        for name in ("first", "second")
    )
    with pytest.raises(StageChangesNothing, match="`second` to differ from `first`"):
        check(first, second)
    other = make_stage("second", weights=both(), balance=Relobralo(alpha=0.5))
    check(first, other)


def test_balancers_of_other_terms_differ(make_stage):
    first = make_stage("first", weights=both(), balance=ConstantBalance({"size": 2.0}))
    second = make_stage("second", balance=Balancer())
    check(first, second)
