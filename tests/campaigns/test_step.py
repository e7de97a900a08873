"""A step says what it starts; what cannot be meant is refused."""

from pathlib import Path

from dist_invention.campaigns import Step
import pytest


@pytest.mark.parametrize("name", ["", ".", "..", "a/b"])
def test_a_name_that_is_no_folder_is_refused(name):
    with pytest.raises(ValueError, match="name of one folder"):
        Step(name, ("train.py",))


@pytest.mark.parametrize("command", [(), ("",)])
def test_a_step_without_a_script_is_refused(command):
    with pytest.raises(ValueError, match=r"Received: no command\. Give the script"):
        Step("a", command)


@pytest.mark.parametrize("flag", ["--runs-dir", "--runs_dir=x"])
def test_the_folder_of_runs_is_named_in_one_place_only(flag):
    with pytest.raises(ValueError, match="Give `runs_dir` to the step"):
        Step("a", ("train.py", flag, "x"))


def test_its_runs_lie_in_the_campaign_unless_it_says_otherwise():
    assert Step("a", ("train.py",)).folder(Path("c")) == Path("c/a")
    elsewhere = Step("a", ("train.py",), runs_dir=Path("d"))
    assert elsewhere.folder(Path("c")) == Path("d")
