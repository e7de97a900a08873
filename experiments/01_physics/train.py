"""Learn some laws of motion, then be asked about laws never seen.

python experiments/01_physics/train.py                      # four minutes, two cores
python experiments/01_physics/train.py --preset full
python experiments/01_physics/train.py --model transformer  # the record's control
"""

from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any, Literal

from dist_invention.curriculum import (
    AugmentedLagrangian,
    Constant,
    ConstantBalance,
    Cosine,
    Linear,
    Relobralo,
    Stage,
    UncertaintyWeighting,
    WhenPlateaus,
)
from dist_invention.datasets import Stream
from dist_invention.domains import physics
from dist_invention.domains.physics import counterfactual, figures, laws, losses, model
from dist_invention.launch import main
from dist_invention.training import SafeTrainingPipeline, Selection, TrainingConfig
import keras

TIERS = ("test_in", "test_near", "test_far", "test_regimes")
RIVALS = (
    "simulator, fitted law",
    "constant acceleration in the box",
    "copy last",
)
RATES = {  # learning rate at the start of each stage; the transformer's: the record's
    "compact": (6e-3, 3e-3, 1.5e-3, 6e-4),
    "transformer": (1e-3, 5e-4, 2e-4, 1e-4),
}
HEARD = {  # parameters of the law that a model reads from its inputs
    ("compact", "given"): laws.PARAMETERS,
    ("transformer", "inferred"): ("gravity",),  # in the potential energy
    ("transformer", "given"): ("gravity",),
}
HOLD = {"energy": 0.01, "momentum": 0.03}  # mean of a term that is good enough


@dataclass(frozen=True)
class Config(TrainingConfig):
    """Settings of the physics experiment.

    Args:
        model: compact (meant to work) or transformer (the record's, three balls).
        law: Whether the model reads the law or infers it from ten frames.
        scenes: Scenes in the training split; the other splits follow in proportion.
        horizon: Frames to predict in training; tests always predict 120 (2 s).
        balance: Who turns the weights of the loss terms: the stages' schedules (none),
            or a controller from what the terms have done.
        stages: Names of the stages to run, in the curriculum's order; all if left out.
    """

    model: Literal["compact", "transformer"] = "compact"
    law: Literal["inferred", "given"] = "inferred"
    scenes: int = 3000
    horizon: int = 24
    balance: Literal["none", "constant", "relobralo", "uncertainty", "lagrangian"] = (
        "none"
    )
    stages: tuple[Literal["pattern", "physics", "random-laws", "frontier"], ...] = ()


DEMO = Config(preset="demo")
FULL = replace(DEMO, preset="full", scenes=30000, epochs=40, supervise=True)


class Physics(SafeTrainingPipeline):
    """Balls in a box: learn some laws of motion, be asked about others.

    Four stages: the pattern, then physics terms ramped in, then a fresh law for every
    scene, then laws at the edge of the training range. Ten frames are seen; the rest,
    up to two seconds, is predicted in closed loop.
    """

    name = "physics"
    selection = Selection.last()
    config_class = Config
    presets = {"demo": DEMO, "full": FULL}
    models = ("compact", "transformer")
    headline = ("position_nrmse", "velocity_nrmse", "energy_nrmse")
    arm_flags = {
        name: ("--balance", name)
        for name in ("constant", "relobralo", "uncertainty", "lagrangian")
    }

    @property
    def heard(self):
        """Parameters of the law that the model reads from its inputs."""
        return HEARD.get((self.config.model, self.config.law), ())

    @property
    def rule_inputs(self):
        """Inputs that describe the rule, where the model is to read them."""
        return ("law",) if self.heard else ()

    @property
    def balls(self):
        """Least and greatest number of balls; the record's model takes three."""
        return (3, 3) if self.config.model == "transformer" else (1, 4)

    def build_splits(self):
        config = self.config
        return physics.make_splits(
            config.seed, config.scenes, self.balls, horizon_train=config.horizon
        ).values()

    def build_model(self, splits):
        config = self.config
        if config.model == "transformer":
            return model.transformer(config.horizon, balls=4, seed=config.seed)
        return model.compact(config.horizon, config.law, seed=config.seed)

    def build_terms(self, splits):
        scales = physics.train_scales(splits["train"])
        return {
            "position": losses.PositionError(scales.position),
            "velocity": losses.VelocityError(scales.velocity),
            "energy": losses.EnergyError(scales.energy),
            "momentum": losses.MomentumError(1.0 * scales.velocity),  # of 1 kg
        }

    def build_optimizer(self):
        return keras.optimizers.Adam(global_clipnorm=1.0)

    def build_stages(self, splits):
        motion = {"position": Constant(1.0), "velocity": Constant(1.0)}
        ramped = {"energy": Linear(0.0, 0.3, 0.5), "momentum": Linear(0.0, 0.1, 0.5)}
        steady = {"energy": Constant(0.3), "momentum": Constant(0.1)}
        if self.config.balance != "none":
            ramped = steady  # the balancer turns them
        train = splits["train"]
        random_laws = self.stream("random-laws", "train", splits)
        frontier = self.stream("frontier", "frontier", splits)
        rates = RATES[self.config.model]
        plan = [
            ("pattern", train, 13, rates[0], motion),
            ("physics", train, 8, rates[1], {**motion, **ramped}),
            ("random-laws", random_laws, 8, rates[2], {**motion, **steady}),
            ("frontier", frontier, 6, rates[3], {**motion, **steady}),
        ]
        # On to the next stage when laws near the training range no longer gain.
        leave = WhenPlateaus("select_near_velocity", patience=5, min_change=0.005)
        return [
            Stage(
                name,
                data,
                self.config.epochs or epochs,
                Cosine(rate, 0.3 * rate),
                weights,
                leave,
                self.balancer(weights),
            )
            for name, data, epochs, rate, weights in plan
        ]

    def balancer(self, weights):
        """Return who turns the weights of a stage; a fresh one for each of them."""
        if self.config.balance == "none":
            return None
        if self.config.balance == "constant":
            return ConstantBalance(cap=1.0)
        if self.config.balance == "relobralo":
            return Relobralo(seed=self.config.seed)
        if self.config.balance == "uncertainty":
            return UncertaintyWeighting()
        held = {name: limit for name, limit in HOLD.items() if name in weights}
        return AugmentedLagrangian(held) if held else None

    def build_counterfactuals(self, splits):
        return counterfactual.law_changes(
            self.config.seed,
            num_balls=self.balls,
            horizon=splits["test_in"].arrays["position"].shape[1],
            heard=self.heard,
        )

    def stream(self, name, band, splits):
        """Return endless scenes of one band of training laws, never those of tests."""
        train = splits["train"]
        draw = partial(
            physics.random_worlds,
            band=band,
            num_balls=self.balls,
            horizon=self.config.horizon,
        )
        law = dict(zip(laws.PARAMETERS, laws.TRAIN.tolist(), strict=True))
        held_out = [split for split in splits.values() if split.role != "train"]
        return Stream(
            name,
            draw,
            train.fields,
            train.inputs,
            train.targets,
            examples_per_epoch=len(train),
            excluded=physics.excluder(held_out),
            block=8,
            datasheet={"band": band, "law": law},
        )

    def build_metrics(self, splits):
        horizon = splits["test_in"].arrays["position"].shape[1]
        return physics.physics_metrics(physics.train_scales(splits["train"]), horizon)

    def build_baselines(self, splits):
        return physics.physics_baselines(splits["train"])

    def predict(self, inner, split):
        horizon = split.arrays["position"].shape[1]
        return self.over(inner, horizon).predict(
            split.input_arrays(), batch_size=256, verbose=0
        )

    @cache  # noqa: B019, one run has one model
    def over(self, inner, horizon) -> Any:
        """Return the model over another horizon, built once."""
        return model.with_horizon(inner, horizon)

    def build_figures(self, splits, outputs):
        rows = {row.name: row for row in self.build_baselines(splits)}
        scale = physics.train_scales(splits["train"]).position
        records = {}
        for name in TIERS:
            split = splits[name]
            others = {rival: rows[rival].predict(split) for rival in RIVALS}
            best = RIVALS[0], others[RIVALS[0]]
            chosen = figures.telling_examples(split)
            records[f"paths_{name}"] = figures.trajectory_figure(
                split, outputs[name], best, chosen
            )
            records[f"errors_{name}"] = figures.error_figure(
                split, {"this model": outputs[name], **others}, scale
            )
        return records


if __name__ == "__main__":
    main(Physics)
