from dist_invention.runtime.state import read_state, variables_of, weights_sha256
from dist_invention.runtime.step import build_step
import numpy as np
import pytest


def as_fields(batch):
    inputs, targets, weights = batch
    return {"x": inputs}, {"y": targets}, weights


def train(model, batches, steps=6, micro_batches=1):
    step = build_step(model, micro_batches)
    results = [step(batches[index % len(batches)]) for index in range(steps)]
    return step, results


def largest_difference(model, other):
    a, b = read_state(model), read_state(other)
    names = [name for name in a if name.startswith("model/")]
    return max(np.abs(a[name] - b[name]).max() for name in names)


def test_one_micro_batch_is_bit_equal_to_fit(build_noisy, batches):
    def forever():
        while True:
            yield from batches

    fitted, stepped = build_noisy(), build_noisy()
    history = fitted.fit(
        forever(), steps_per_epoch=3, epochs=4, shuffle=False, verbose=0
    ).history
    step = build_step(stepped)
    for epoch in range(4):
        stepped.reset_metrics()
        for batch in batches:
            logs = step(batch).logs
        assert {name: float(value) for name, value in logs.items()} == {
            name: values[epoch] for name, values in history.items()
        }
    stepped.optimizer.finalize_variable_values(stepped.trainable_weights)
    ours, theirs = read_state(stepped), read_state(fitted)
    assert ours.keys() == theirs.keys()
    assert all(np.array_equal(ours[name], theirs[name]) for name in ours)
    assert step.traces == 1


@pytest.fixture
def build_stock(keras):
    def build():
        keras.utils.set_random_seed(0)
        layers = keras.layers
        model = keras.Sequential(
            [keras.Input((3,)), layers.Dense(8, "tanh"), layers.Dense(2)]
        )
        model.compile(keras.optimizers.Adam(1e-2, use_ema=True), "mse")
        return model

    return build


@pytest.mark.parametrize("kind", ["stock", "learner"])
def test_micro_batches_change_neither_weights_nor_optimizer(
    kind, build_stock, build_learner, batches
):
    build = build_stock if kind == "stock" else build_learner
    data = batches if kind == "stock" else [as_fields(batch) for batch in batches]
    whole = build()
    _, expected = train(whole, data)
    for parts in (2, 4):
        model = build()
        step, results = train(model, data, micro_batches=parts)
        assert largest_difference(model, whole) < 1e-6
        assert step.traces == 1
        assert int(model.optimizer.iterations) == 6
        assert len(variables_of(model)["optimizer"]) == len(
            variables_of(whole)["optimizer"]
        )
        for result, other in zip(results, expected, strict=True):
            assert float(result.gradient_norm) == pytest.approx(
                float(other.gradient_norm), rel=1e-5
            )
            assert float(result.logs["loss"]) == pytest.approx(
                float(other.logs["loss"]), rel=1e-5
            )


@pytest.mark.parametrize("parts", [1, 2])
def test_one_trace_serves_tails_loss_weights_and_rates(parts, build_learner, batches):
    learner = build_learner()
    step = build_step(learner, parts)
    norms = []
    for index in range(9):
        learner.set_weights_of_terms({"squared": 1.0, "large": 0.1 * index})
        learner.optimizer.learning_rate.assign(0.01 / (1 + index))
        norms.append(float(step(as_fields(batches[index % 3])).gradient_norm))
    assert step.traces == 1
    assert len(set(norms)) == 9


@pytest.mark.parametrize("parts", [1, 2])
def test_the_gradient_norm_tells_of_a_bad_input(parts, build_learner, batches):
    inputs, targets, weights = as_fields(batches[0])
    step = build_step(build_learner(), parts)
    assert np.isfinite(step((inputs, targets, weights)).gradient_norm)
    bad = inputs["x"].copy()
    bad[1, 2] = np.nan
    assert not np.isfinite(step(({"x": bad}, targets, weights)).gradient_norm)


def test_the_gradient_norm_is_that_before_clipping(keras):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.layers[0].kernel.assign([[0.0]])
    model.compile(keras.optimizers.SGD(1.0, clipnorm=0.5), "mse")
    step = build_step(model)
    ones = np.ones((2, 1), np.float32)
    assert float(step((ones, 3 * ones, None)).gradient_norm) == pytest.approx(6.0)
    assert float(model.layers[0].kernel.numpy().item()) == pytest.approx(0.5)


@pytest.mark.parametrize("parts", [1, 2])
def test_rows_looked_up_twice_count_once_in_the_norm(parts, keras):
    model = keras.Sequential([keras.Input((1,), dtype="int32")])
    model.add(keras.layers.Embedding(3, 1, embeddings_initializer="zeros"))
    model.add(keras.layers.Flatten())
    model.compile("sgd", "mse")
    tokens = np.ones((4, 1), np.int32)
    targets = np.ones((4, 1), np.float32)
    norm = build_step(model, parts)((tokens, targets, None)).gradient_norm
    assert float(norm) == pytest.approx(2.0)  # four parts of -0.5 in one row


def test_half_precision_keeps_losses_and_norms_in_full(keras, build_learner, batches):
    _, (exact, *_) = train(build_learner(), [as_fields(batches[0])], steps=1)
    policy = keras.config.dtype_policy()
    try:
        keras.config.set_dtype_policy("mixed_float16")
        learner = build_learner()
        before = weights_sha256(learner)
        outputs = learner(as_fields(batches[0])[0])
        step, results = train(learner, [as_fields(batch) for batch in batches])
    finally:
        keras.config.set_dtype_policy(policy)
    assert keras.backend.standardize_dtype(outputs.dtype) == "float16"
    assert isinstance(learner.optimizer, keras.optimizers.LossScaleOptimizer)
    assert {value.dtype.name for value in results[-1].logs.values()} == {"float32"}
    assert all(np.isfinite(result.gradient_norm) for result in results)
    assert float(results[0].gradient_norm) == pytest.approx(
        float(exact.gradient_norm), rel=0.01
    )
    assert weights_sha256(learner) != before
    assert step.traces == 1


@pytest.mark.parametrize("parts", [1, 2])
def test_a_weight_outside_the_loss_is_left_alone(parts, keras, batches):
    class TwoHeads(keras.Model):
        def __init__(self):
            super().__init__()
            self.used = keras.layers.Dense(2)
            self.idle = keras.layers.Dense(2)

        def call(self, inputs):
            self.idle(inputs)
            return self.used(inputs)

    model = TwoHeads()
    model.compile("adam", "mse")
    model(batches[0][0])
    used, idle = model.used.kernel.numpy(), model.idle.kernel.numpy()
    with pytest.warns(UserWarning, match=r"Gradients do not exist"):
        train(model, batches, steps=2, micro_batches=parts)
    assert not np.array_equal(model.used.kernel.numpy(), used)
    assert np.array_equal(model.idle.kernel.numpy(), idle)


def test_a_batch_that_cannot_be_cut_is_refused(build_learner, batches):
    step = build_step(build_learner(), 3)
    with pytest.raises(ValueError, match=r"divide the batch size"):
        step(as_fields(batches[0]))
