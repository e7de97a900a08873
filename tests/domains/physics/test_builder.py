"""The tensorflow-datasets builder gives the same splits, read without TensorFlow."""

from dist_invention.domains.physics import builder
from dist_invention.domains.physics.data import make_splits
import numpy as np


def test_the_builder_gives_the_splits_of_the_world(tmp_path):
    made = builder.DistInventionPhysics(
        data_dir=str(tmp_path), config="tiny", file_format="array_record"
    )
    made.download_and_prepare()
    splits = make_splits(0, 160, horizon_train=10, horizon_test=10)
    for name in ("train", "test_far"):
        source = made.as_data_source(split=name)
        assert len(source) == len(splits[name])
        rows = {row["key"].decode(): row for row in source}
        for k, key in enumerate(splits[name].keys):
            theirs = rows[str(key)]
            for label in ("context_position", "position", "law"):
                ours = splits[name].arrays[label][k]
                assert np.array_equal(theirs[label], ours)
    assert "m/s" in made.info.description
    assert made.info.citation
