"""Every exit code has one meaning, here and where it is raised."""

from dist_invention.launch import exit_codes
from dist_invention.launch.worker import SUPERVISED
from dist_invention.training import StoppedEarly, opening, stall


def test_no_two_meanings_share_a_number():
    codes = [value for name, value in vars(exit_codes).items() if name.isupper()]
    assert len(set(codes)) == len(codes)
    assert {0, 1, 2, 74, 75, 76, 77, 78} == set(codes)


def test_a_run_that_stopped_early_ends_with_its_code():
    assert StoppedEarly("").exit_code == exit_codes.STOPPED
    assert stall.EXIT_STALLED == exit_codes.STALLED


def test_worker_and_supervisor_mean_the_same_variable():
    assert opening.SUPERVISED == SUPERVISED
