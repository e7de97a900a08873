"""A function that falls at every step of the Collatz map, as nearly as can be learned.

python experiments/05_collatz_lyapunov/train.py                     # lookahead 10
python experiments/05_collatz_lyapunov/train.py --preset full --lookahead 0
python experiments/05_collatz_lyapunov/train.py --preset record --arms none,leak
"""

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Literal

from dist_invention.curriculum import Constant, Cosine, Part, Stage
from dist_invention.domains import collatz
from dist_invention.domains.collatz import record
from dist_invention.domains.collatz import record_losses as losses
from dist_invention.launch import main
from dist_invention.training import SafeTrainingPipeline, Selection, TrainingConfig
import keras

STAGES = {  # temperature of the penalty in bits, from its begin to its end
    "soft": (3.0, 1.3),
    "firm": (1.3, 0.55),
    "hard": (0.55, 0.23),
    "sharp": (0.23, 0.1),
}
STEPS_PER_EPOCH = 50
EPOCHS = 60  # of the record's recipe, small: 3,000 batches
LEAK = "the record's own split, put back to measure what its leak is worth"


@dataclass(frozen=True)
class Config(TrainingConfig):
    """Settings of the Collatz experiment.

    Args:
        model: table (a number for each residue class), digits (a small network on
            digits to base three) or record (the record's network, features and loss).
        lookahead: Steps of the map that V sees; 0 is the headline, where T is never
            iterated.
        trits: Digits to base three that V reads; they look behind.
        bits: Binary digits that V reads: lookahead in disguise, a track of its own.
        steps: Steps of the map in a training window of a table.
        rate: Highest learning rate.
        loss: bounded counts failures; hinge is the record's kind.
        samples: Rows of the record's population set that are judged, from the first.
        ramp: Share of the record's run until all 49 seeds are active; 0: at once.
        mining: Whether the record's run adds what fails most to its pool.
        future: Later values that the record's loss ranks too: T4, or T4 and T8.
        schedule: Learning rate of the record's run: the record's plateau of single
            batches, or a cosine.
        network: The record's widths, or three layers of 128.
        adaptive: Whether the anchor of the record's loss learns its weight of drift.
        leak: Put the record's leak back; needs --allow-leak.
    """

    model: Literal["table", "digits", "record"] = "table"
    lookahead: int = 10
    trits: int = 8
    bits: int = 0
    steps: int = 96
    rate: float = 0.2
    loss: Literal["bounded", "hinge"] = "bounded"
    samples: int = 5_000
    ramp: float = 0.5
    mining: Literal["off", "aggressive", "gentle"] = "off"
    future: Literal["none", "T4", "T8"] = "none"
    schedule: Literal["plateau", "cosine"] = "plateau"
    network: Literal["full", "small"] = "small"
    adaptive: bool = False
    leak: bool = False

    def __post_init__(self):
        super().__post_init__()
        defaults = {item.name: item.default for item in fields(self)}
        collatz.check_settings(vars(self), defaults)


DEMO = Config(preset="demo", batch_size=1536, epochs=4)
FULL = replace(DEMO, preset="full", trits=12, rate=0.4, samples=10_000, supervise=True)
FULL = replace(FULL, batch_size=3072, epochs=12)
RECORD = replace(DEMO, preset="record", model="record", batch_size=1024, rate=1e-3)
RECORD = replace(RECORD, epochs=EPOCHS)


class Collatz(SafeTrainingPipeline):
    """V(n) = log2 n + f(class of n), trained on windows that hold no integer.

    Four stages: a penalty that is soft, then ever sharper, until it counts failures;
    the first three look behind only, the last one through the lookahead.
    The record's own recipe is the model `record`, in one stage with callbacks.
    """

    name = "collatz"
    selection = Selection.last()
    config_class = Config
    presets = {"demo": DEMO, "full": FULL, "record": RECORD}
    models = ("table", "digits", "record")
    headline = ("violations",)
    arm_flags = {
        "none": ("--ramp", "0"),
        "aggressive": ("--mining", "aggressive"),
        "gentle": ("--mining", "gentle"),
        "T4": ("--future", "T4"),
        "cosine": ("--schedule", "cosine"),
        "bounded": ("--loss", "bounded"),
        "hinge": ("--loss", "hinge"),
        "leak": ("--leak", "--allow-leak", LEAK),
    }

    @property
    def is_record(self):
        """Whether this run follows the record's recipe."""
        return self.config.model == "record"

    @property
    def rows(self):
        """Which values of a path the record's loss compares."""
        return collatz.ROWS[self.config.future]

    @property
    def recipe(self):
        """How the record's run goes, at the length of this one."""
        config = self.config
        return collatz.Recipe(
            config.lookahead,
            (config.epochs or EPOCHS) * STEPS_PER_EPOCH,
            STEPS_PER_EPOCH,
            config.ramp,
            config.mining,
            config.schedule,
            config.seed,
        )

    @cached_property
    def plain(self):
        """Splits as the tables read them."""
        config = self.config
        return collatz.make_splits(
            config.seed,
            config.lookahead,
            with_low=config.bits > 0,
            samples=config.samples,
        )

    @cached_property
    def pool(self):
        """Hard seeds of the record; none of their rows touches a judged value."""
        return self.recipe.pool(
            kept_out=collatz.judged_values(self.plain),
            reach=max(self.rows),
            leak=self.config.leak,
        )

    def build_splits(self):
        config = self.config
        if not self.is_record:
            return self.plain.values()
        whole = collatz.Pool(
            kept_out=self.pool.kept_out, reach=max(self.rows), leak=config.leak
        )
        splits = collatz.record_splits(
            self.plain, whole, config.lookahead, config.seed, self.rows
        )
        return splits.values()

    def build_model(self, splits):
        config = self.config
        if config.model == "table":
            return collatz.residue_model(
                config.trits, config.bits, config.lookahead, config.seed
            )
        if config.model == "digits":
            return collatz.digit_model(
                config.trits, lookahead=config.lookahead, seed=config.seed
            )
        widths = record.FULL_WIDTHS if config.network == "full" else record.SMALL_WIDTHS
        return record.record_network(
            config.lookahead, widths, config.adaptive, config.seed
        )

    def build_optimizer(self):
        if self.is_record:
            return keras.optimizers.AdamW(weight_decay=0.01, epsilon=1e-8)
        return keras.optimizers.Adam(beta_2=0.999)

    def build_terms(self, splits):
        if self.is_record:
            tau = 0.1 if self.config.loss == "bounded" else None
            return losses.record_terms(self.rows, tau)
        penalty = {"bounded": collatz.BoundedPenalty, "hinge": collatz.Hinge}[
            self.config.loss
        ]
        behind = {"behind": penalty(of="behind")} if self.config.lookahead else {}
        return {"ahead": penalty(), **behind}

    def build_stages(self, splits):
        config = self.config
        if self.is_record:
            return [self.record_stage()]
        stages = []
        whole = Cosine(config.rate, 0.0)
        for place, (name, temperature) in enumerate(STAGES.items()):
            data = collatz.abstract_stream(
                name,
                config.steps + config.lookahead,
                temperature,
                STEPS_PER_EPOCH * config.batch_size,
                with_low=config.bits > 0,
            )
            rate = Part(whole, place / len(STAGES), (place + 1) / len(STAGES))
            is_last = name == "sharp" or not config.lookahead
            weights = {"ahead" if is_last else "behind": Constant(1.0)}
            stages.append(Stage(name, data, config.epochs or 4, rate, weights))
        return stages

    def record_stage(self):
        """Return the one stage of the record's recipe."""
        config = self.config
        data = collatz.record_stream(
            "record",
            self.pool,
            config.lookahead,
            self.rows,
            STEPS_PER_EPOCH * config.batch_size,
        )
        epochs = self.recipe.steps // STEPS_PER_EPOCH
        weights = losses.record_weights(self.rows)
        return Stage("record", data, epochs, self.recipe.rate(config.rate), weights)

    def build_callbacks(self, stage):
        return self.recipe.callbacks(self.pool) if self.is_record else []

    def build_metrics(self, splits):
        return collatz.collatz_metrics()

    def build_baselines(self, splits):
        return collatz.closed_forms(self.config.lookahead)

    def predict(self, inner, split):
        return inner.predict(split.input_arrays(), batch_size=4096, verbose=0)

    def build_figures(self, splits, outputs):
        return collatz.collatz_figures(splits, outputs, self.config.lookahead)


if __name__ == "__main__":
    main(Collatz)
