"""The tensorflow-datasets builder gives the same splits, read without TensorFlow."""

from dist_invention.domains.collatz import builder, data
import numpy as np
import pytest


@pytest.fixture(scope="module")
def small():
    """The world with smaller sets of the same recipes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "_hard", small_hard)
        patch.setattr(data, "SELECT_POPULATION", 40)
        yield


def small_hard(seed):
    return tuple(data.hard_values(seed, candidates=2000, paths=2))


@pytest.fixture(scope="module")
def made(small, tmp_path_factory):
    made = builder.DistInventionCollatz(
        data_dir=str(tmp_path_factory.mktemp("data")),
        config="tiny",
        file_format="array_record",
    )
    made.download_and_prepare()
    return made


def rows_of(made, name):
    return {
        (row["group"].decode(), row["key"].decode()): row
        for row in made.as_data_source(split=name)
    }


def test_the_builder_gives_the_splits_of_the_world(made):
    splits = data.make_splits(0, 2, samples=60)
    assert set(made.info.splits) == set(splits)
    for name, split in splits.items():
        rows = rows_of(made, name)
        assert len(rows) == len(split)
        names = zip(split.groups, split.keys, strict=True)
        for k, (group, key) in enumerate(names):
            theirs = rows[str(group), str(key)]
            for label in (*split.inputs, *split.targets):
                assert np.array_equal(theirs[label], split.arrays[label][k])


def test_a_step_that_two_paths_share_is_an_example_of_each(made):
    rows = rows_of(made, "test_trajectories")
    assert len(rows) == 429
    assert len({key for _, key in rows}) == 340


def test_residues_stay_integers(made):
    features = made.info.features
    assert features["residue"].np_dtype == np.int32
    assert features["height"].np_dtype == np.float32
    residues = {
        int(key.split(">")[0]): int(row["residue"][0])
        for (_, key), row in rows_of(made, "test_population").items()
    }
    assert max(residues.values()) > 2**24, "more than a float32 holds exactly"
    for n, residue in residues.items():
        assert residue == n % 3**19


def test_every_array_says_what_it_is(made):
    for name in ("height", "residue", "tau", "growth", "weight", "key", "group"):
        assert made.info.features[name].doc.desc
    assert "bits" in made.info.description
    assert made.info.citation


@pytest.mark.parametrize("config", builder.DistInventionCollatz.BUILDER_CONFIGS)
def test_a_configuration_declares_windows_of_its_lookahead(config, tmp_path):
    made = builder.DistInventionCollatz(data_dir=str(tmp_path), config=config.name)
    assert made.info.features["height"].shape == (config.lookahead + 2,)
