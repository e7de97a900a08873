"""The splits as a tensorflow-datasets builder, for readers outside this project.

Importing this module imports tensorflow-datasets; the rest of the world does not.
"""

from dist_invention.domains.physics.data import VERSION as GENERATOR
from dist_invention.domains.physics.data import make_splits
from dist_invention.domains.physics.windows import window_fields
import numpy as np
import tensorflow_datasets as tfds

DESCRIPTION = """\
Balls in a closed box of 8 m x 6 m, drawn in two dimensions, x to the right and y up,
60 frames a second. An example is ten frames of context and the frames that follow;
positions are in m, velocities in m/s, masses in kg, energies in J. Each scene has its
own law: gravity (m/s2), friction, elasticity, damping (share of velocity kept per
second). Train and test_in lie in one range of laws, select_near and test_near just
outside it, test_far well outside it, test_regimes under eight named laws.
"""
CITATION = """\
@software{dist_invention_physics,
  title = {dist_invention: balls in a box under laws never seen},
  year = {2026},
  version = {1.0.0}
}
"""


class PhysicsConfig(tfds.core.BuilderConfig):
    """How much to generate.

    Args:
        name: Name of the configuration.
        seed: Seed of every split.
        scenes_train: Scenes in train; the others follow by their shares.
        horizon: Frames to predict, the same in every split.

    Example:
        >>> PhysicsConfig(name="tiny", seed=1, scenes_train=160, horizon=10).seed
        1
    """

    def __init__(self, *, name, seed=0, scenes_train=3000, horizon=120):
        super().__init__(name=name, version=tfds.core.Version("1.0.0"))
        self.seed, self.scenes_train, self.horizon = seed, scenes_train, horizon


class DistInventionPhysics(tfds.core.GeneratorBasedBuilder):
    """Balls under laws: splits near to and far from the training laws.

    Example:
        >>> DistInventionPhysics.name
        'dist_invention_physics'
    """

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": f"Generator {GENERATOR}."}
    BUILDER_CONFIGS = [
        PhysicsConfig(name="demo"),
        PhysicsConfig(name="tiny", scenes_train=160, horizon=10),
    ]

    builder_config: PhysicsConfig

    def _info(self) -> tfds.core.DatasetInfo:
        """Declare features, with the unit of each as its documentation."""
        features = {
            field.name: tfds.features.Tensor(
                shape=field.shape,
                dtype=np.float32,
                doc=f"{field.meaning}; unit {field.unit}",
            )
            for field in window_fields(self.builder_config.horizon)
        }
        features["key"] = tfds.features.Text(doc="identity of the example")
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(features),
            description=DESCRIPTION,
            citation=CITATION,
            supervised_keys=None,
        )

    def _split_generators(self, dl_manager):
        """Return one generator a split; nothing is downloaded."""
        config = self.builder_config
        splits = make_splits(
            config.seed,
            config.scenes_train,
            horizon_train=config.horizon,
            horizon_test=config.horizon,
        )
        return {name: self._generate_examples(split) for name, split in splits.items()}

    def _generate_examples(self, split):
        """Yield key and features of each example of a split."""
        for row, key in enumerate(split.keys):
            example = {name: values[row] for name, values in split.arrays.items()}
            yield str(key), {**example, "key": str(key)}
