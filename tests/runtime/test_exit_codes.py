"""Every exit code has one meaning, wherever it is raised or read."""

from dist_invention.launch.worker import SUPERVISED
from dist_invention.runtime import exit_codes
from dist_invention.training import StoppedEarly, opening


def codes():
    found = [value for name, value in vars(exit_codes).items() if name.isupper()]
    return [value for value in found if isinstance(value, int)]


def test_no_two_meanings_share_a_number():
    assert sorted(codes()) == [0, 1, 2, 74, 75, 76, 77, 78]


def test_every_code_of_ours_has_words():
    said = {exit_codes.in_words(code) for code in codes()}
    assert len(said) == len(codes())
    assert not any("unexpectedly" in words for words in said)
    assert exit_codes.in_words(9) == "it ended unexpectedly (exit code 9)"


def test_a_run_that_stopped_early_ends_with_its_code():
    assert StoppedEarly("").exit_code == exit_codes.STOPPED


def test_worker_and_supervisor_mean_the_same_variable():
    assert opening.SUPERVISED == SUPERVISED
