"""The splits as a tensorflow-datasets builder, for readers outside this project.

Importing this module imports tensorflow-datasets; the rest of the world does not.
"""

from dist_invention.domains.collatz.data import make_splits
from dist_invention.domains.collatz.layout import window_fields
import numpy as np
import tensorflow_datasets as tfds

DESCRIPTION = """\
Steps n -> T(n) of the Collatz map on odd integers: T(n) is 3n + 1, halved until it is
odd. Looked for is a function V with V(T(n)) < V(n) at each step. An example is what V
may read of one step: a window of L + 2 values n, T(n), ..., T^(L+1)(n), L being the
lookahead, as heights (log2 of a value over n, in bits) and as residues modulo 3**19.
Train holds abstract windows, drawn from the law of valuations and made of no integer.
test_trajectories are the 429 steps from 111, 27, 703, 26623 and 626331 (340 of them
different), test_hard and select_hard the steps of the paths that are longest for their
size, test_population and select_population random integers of up to 128 bits. No step
stands in two of the judged splits, nor does what reads the same.
"""
CITATION = """\
@software{dist_invention_collatz,
  title = {dist_invention: functions that fall along Collatz trajectories},
  year = {2026},
  version = {1.0.0}
}
"""
INTEGERS = ("residue",)


class CollatzConfig(tfds.core.BuilderConfig):
    """What of the world to generate.

    Args:
        name: Name of the configuration.
        seed: Seed of the training sample; the judged splits are the same for all.
        lookahead: Steps of the map that V sees.
        samples: Rows of the record's population set, from its first on.

    Example:
        >>> CollatzConfig(name="far", lookahead=100).lookahead
        100
    """

    def __init__(self, *, name, seed=0, lookahead=10, samples=50_000):
        super().__init__(name=name, version=tfds.core.Version("1.0.0"))
        self.seed, self.lookahead, self.samples = seed, lookahead, samples


class DistInventionCollatz(tfds.core.GeneratorBasedBuilder):
    """Steps of the Collatz map, split by values.

    Example:
        >>> DistInventionCollatz.name
        'dist_invention_collatz'
    """

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "The first."}
    BUILDER_CONFIGS = [
        CollatzConfig(name="demo"),
        CollatzConfig(name="lookahead-0", lookahead=0),
        CollatzConfig(name="tiny", lookahead=2, samples=60),
    ]

    builder_config: CollatzConfig

    def _info(self) -> tfds.core.DatasetInfo:
        """Declare features, with the unit of each as its documentation."""
        features = {
            field.name: tfds.features.Tensor(
                shape=field.shape,
                dtype=np.int32 if field.name in INTEGERS else np.float32,
                doc=f"{field.meaning}; unit {field.unit}",
            )
            for field in window_fields(self.builder_config.lookahead + 2, False)
        }
        features["key"] = tfds.features.Text(doc="the step, n>T(n); abstract: a number")
        features["group"] = tfds.features.Text(doc="the path, or the example itself")
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(features),
            description=DESCRIPTION,
            citation=CITATION,
            supervised_keys=None,
        )

    def _split_generators(self, dl_manager):
        """Return one generator a split; nothing is downloaded."""
        config = self.builder_config
        splits = make_splits(config.seed, config.lookahead, samples=config.samples)
        return {name: self._generate_examples(split) for name, split in splits.items()}

    def _generate_examples(self, split):
        """Yield key and features of each example; paths share steps, so both count."""
        width = self.builder_config.lookahead + 2
        names_of_arrays = [item.name for item in window_fields(width, False)]
        for row, (key, group) in enumerate(zip(split.keys, split.groups, strict=True)):
            names = {"key": str(key), "group": str(group)}
            example = {name: split.arrays[name][row] for name in names_of_arrays}
            yield f"{group} {key}", {**example, **names}
