"""A machine is shared so that no two runs fight, and one always fits."""

from dist_invention.campaigns import machine
import pytest


@pytest.mark.parametrize(
    ("cards", "cores", "gibibytes", "workers"),
    [
        (0, 2, 24, 2),
        (0, 64, 24, 8),
        (0, 4, 1, 1),
        (1, 16, 128, 1),
        (8, 16, 12, 4),
    ],
)
def test_as_many_runs_as_cores_memory_and_cards_allow(cards, cores, gibibytes, workers):
    assert machine.fitting_workers(cards, cores, gibibytes * 1024) == workers


@pytest.mark.parametrize(("cores", "workers", "threads"), [(8, 3, 2), (1, 4, 1)])
def test_cores_are_shared_out(cores, workers, threads):
    assert machine.share_of_cores(cores, workers) == threads


def test_threads_that_are_set_already_hold():
    told = machine.thread_settings(3, {"OMP_NUM_THREADS": "1"})
    assert told == {
        "OMP_NUM_THREADS": "1",
        "TF_NUM_INTRAOP_THREADS": "3",
        "TF_NUM_INTEROP_THREADS": "3",
    }


def test_this_machine_has_a_core_and_some_memory():
    assert machine.cores() >= 1
    assert machine.free_mebibytes() > 1


@pytest.mark.parametrize("share", [(0, 1), (1, 0)])
def test_a_share_of_nothing_is_refused(share):
    with pytest.raises(ValueError, match="Expected at least one of"):
        machine.check_share(*share)
