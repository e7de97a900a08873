"""The models of the physics world, as plain Keras models from scenes to trajectories.

Each maps the inputs of an example (context_position, context_velocity, radius, mass,
present, law) to position and velocity of shape (batch, horizon, balls, 2).
"""

from typing import Any

from dist_invention.domains.physics.inference import ContextLaw, GivenLaw
from dist_invention.domains.physics.rollout import FrameStep, Rollout
from dist_invention.domains.physics.transformer import RowEncoder, SceneTransformer
import keras
from keras import ops

LAW_SOURCES = ("inferred", "given")
CONTEXT_FRAMES = 10


def compact(
    horizon: int,
    law: str = "inferred",
    balls: int = 4,
    hidden: int = 16,
    seed: int = 0,
) -> keras.Model:
    """Return the structure-aware model: infer or read the law, then move the balls.

    Args:
        horizon: Frames to predict. It is no weight; see `with_horizon`.
        law: `"inferred"` (from the context alone) or `"given"` (from the input).
        balls: Ball slots of a scene.
        hidden: Width of its small networks.
        seed: Seed of the initial weights.

    Raises:
        ValueError: If `law` is neither, or the horizon is not positive.
    """
    if law not in LAW_SOURCES:
        raise ValueError(
            f"Expected `law` to be one of {LAW_SOURCES}. Received: law={law!r}. "
            "Say whether the model reads the law or infers it from the context."
        )
    inputs = scene_inputs(balls)
    if law == "given":
        source = GivenLaw(name="law_reader")
    else:
        source = ContextLaw(hidden, seed=seed + 10, name="law_reader")
    rollout = Rollout(horizon, FrameStep(hidden, seed=seed), name="trajectory")
    return keras.Model(inputs, rollout(inputs, source(inputs)), name="compact")


def transformer(
    horizon: int = 10, balls: int = 3, seed: int = 0, **sizes
) -> keras.Model:
    """Return the control of the earlier work: 4,751,641 parameters on raw columns.

    Args:
        horizon: Frames to predict; beyond ten it reads its own predictions.
        balls: Ball slots of a scene. Only the first three are read; the others come
            back as zeros.
        seed: Seed of dropout. Initial weights follow `keras.utils.set_random_seed`.
        **sizes: Other sizes than the record's, as in `RowEncoder`: blocks, width,
            heads, hidden, dropout.

    Raises:
        ValueError: If scenes have fewer than three slots.
    """
    inputs = scene_inputs(balls)
    layer = SceneTransformer(horizon, RowEncoder(seed=seed, **sizes), name="trajectory")
    return keras.Model(inputs, layer(inputs), name="transformer")


def scene_inputs(balls: int = 4) -> dict[str, Any]:
    """Return the symbolic inputs of a scene, by name.

    Args:
        balls: Ball slots of a scene.
    """
    shapes = {
        "context_position": (CONTEXT_FRAMES, balls, 2),
        "context_velocity": (CONTEXT_FRAMES, balls, 2),
        "radius": (balls,),
        "mass": (balls,),
        "present": (balls,),
        "law": (4,),
    }
    return {name: keras.Input(shape, name=name) for name, shape in shapes.items()}


def with_horizon(model: keras.Model, horizon: int) -> keras.Model:
    """Return the same model over another horizon. Both share their weights.

    Args:
        model: From `compact` or `transformer`, or such a model loaded from a file.
        horizon: Frames to predict.
    """
    trajectory = model.get_layer("trajectory").with_horizon(horizon)
    inputs = scene_inputs(_slots(model))
    if isinstance(trajectory, Rollout):
        outputs = trajectory(inputs, model.get_layer("law_reader")(inputs))
    else:
        outputs = trajectory(inputs)
    return keras.Model(inputs, outputs, name=model.name)


def extract_law(model: keras.Model) -> keras.Model:
    """Return the part of a compact model that maps scenes to laws.

    Args:
        model: From `compact`.

    Returns:
        A model from the same inputs to gravity (m/s2), friction, elasticity and
        damping per second, shape (batch, 4). It shares the weights. Friction and
        elasticity are square roots of a contact's coefficients: the world's contacts
        have the product of two equal bodies.
    """
    inputs = scene_inputs(_slots(model))
    law = model.get_layer("law_reader")(inputs)
    parts = [law[:, 0], ops.sqrt(law[:, 3]), ops.sqrt(law[:, 2]), ops.exp(law[:, 1])]
    return keras.Model(inputs, ops.stack(parts, axis=-1), name="extract_law")


def _slots(model):
    """Return the ball slots of a model's scenes."""
    return {tensor.name: tensor for tensor in model.inputs}["mass"].shape[-1]
