from dist_invention.domains.physics.data import random_worlds
from dist_invention.domains.physics.model import transformer, with_horizon
from dist_invention.domains.physics.transformer import (
    EncoderBlock,
    RowEncoder,
    SceneTransformer,
    sinusoids,
)
from dist_invention.domains.physics.windows import INPUTS
import keras
import numpy as np
import pytest

SMALL = {"blocks": 1, "width": 16, "heads": 2, "hidden": 16}


@pytest.fixture(scope="module")
def inputs():
    generator = np.random.Generator(np.random.Philox(key=[7, 2]))
    arrays = random_worlds(generator, 8, num_balls=(3, 3), horizon=2)
    return {name: arrays[name] for name in INPUTS}


def predict(model, inputs):
    return model.predict(inputs, verbose=0)


def test_the_control_has_the_parameters_of_the_record():
    encoder = RowEncoder()
    encoder.build((None, 10, 25))
    assert encoder.widen.count_params() == 6_656
    assert encoder.blocks[0].count_params() == 789_760
    assert encoder.narrow.count_params() == 6_425
    assert encoder.count_params() == 4_751_641


def test_the_model_holds_nothing_but_the_encoder():
    assert transformer(10).count_params() == 4_751_641


def test_long_horizons_feed_the_last_ten_rows_back(inputs):
    short = transformer(10, balls=4, **SMALL)
    long = predict(with_horizon(short, 25), inputs)
    first = predict(short, inputs)
    assert long["position"].shape == (8, 25, 4, 2)
    assert np.allclose(long["position"][:, :10], first["position"], atol=1e-4)
    assert not long["position"][:, :, 3].any()


def test_saved_and_loaded_it_predicts_the_same(inputs, tmp_path):
    model = transformer(12, balls=4, **SMALL)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    first, second = predict(model, inputs), predict(loaded, inputs)
    assert (first["velocity"] == second["velocity"]).all()
    assert first["velocity"].std() > 0


def test_dropout_follows_its_seed(inputs):
    outputs = []
    for seed in (3, 3, 4):
        keras.utils.set_random_seed(0)
        model = transformer(10, balls=4, seed=seed, **SMALL)
        outputs.append(np.array(model(inputs, training=True)["position"]))
    assert (outputs[0] == outputs[1]).all()
    assert (outputs[0] != outputs[2]).any()


def test_every_weight_learns_in_the_first_step(inputs):
    model = transformer(10, balls=4, **SMALL)
    before = [w.numpy().copy() for w in model.trainable_weights]
    model.compile(keras.optimizers.Adam(1e-3), loss="mse")
    targets = np.ones((8, 10, 4, 2), "float32")
    model.train_on_batch(inputs, {"position": targets, "velocity": targets})
    for weight, old in zip(model.trainable_weights, before, strict=True):
        assert (weight.numpy() != old).any(), weight.path


def test_half_precision_gives_single_precision_states(inputs):
    layer = SceneTransformer(10, RowEncoder(**SMALL, dtype="mixed_bfloat16"))
    outputs = layer(inputs)
    assert keras.backend.standardize_dtype(outputs["position"].dtype) == "float32"
    assert np.isfinite(np.array(outputs["position"])).all()


def test_scenes_of_two_slots_are_refused():
    with pytest.raises(ValueError, match="Expected scenes of at least 3 ball slots"):
        transformer(10, balls=2, **SMALL)


def test_a_block_keeps_its_shape_and_settings():
    block = EncoderBlock(width=8, heads=2, hidden=16, dropout=0.1, seed=0)
    assert block(np.zeros((1, 10, 8), "float32")).shape == (1, 10, 8)
    again = EncoderBlock.from_config(block.get_config())
    assert again.settings == block.settings


def test_positions_are_sines_and_cosines():
    waves = sinusoids(10, 6)
    assert waves.shape == (10, 6)
    assert waves[0] == pytest.approx([0, 1, 0, 1, 0, 1])
    assert waves[3, 0] == pytest.approx(np.sin(3))
