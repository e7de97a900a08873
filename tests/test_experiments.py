"""Each experiment is one script and one README, and refuses bad flags politely."""

import importlib.util
from pathlib import Path
import re
import subprocess
import sys

from dist_invention.training import SafeTrainingPipeline, TrainingConfig
import pytest

REPO = Path(__file__).resolve().parents[1]
FOLDERS = sorted((REPO / "experiments").glob("[0-9][0-9]_*"))
NAMES = [folder.name for folder in FOLDERS]


def load(folder):
    name = f"experiment_{folder.name}"
    spec = importlib.util.spec_from_file_location(name, folder / "train.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


def experiment(folder):
    found = [
        value
        for value in vars(load(folder)).values()
        if isinstance(value, type)
        and issubclass(value, SafeTrainingPipeline)
        and value is not SafeTrainingPipeline
    ]
    assert len(found) == 1, f"{folder}: one experiment a script"
    return found[0]


def test_there_is_an_experiment():
    assert "01_physics" in NAMES


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_a_folder_holds_one_script_and_one_readme(folder):
    names = [p.name for p in folder.iterdir() if p.name != "__pycache__"]
    assert sorted(names) == ["README.md", "train.py"]


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_a_script_declares_its_name_models_and_presets(folder):
    kind = experiment(folder)
    assert kind.name != SafeTrainingPipeline.name
    assert issubclass(kind.config_class, TrainingConfig)
    assert next(iter(kind.presets)) == "demo", "the default"
    for name, preset in kind.presets.items():
        assert isinstance(preset, kind.config_class)
        assert preset.preset == name
        assert kind(preset).config is preset, "its model is one that there is"


BAD = ["--epochs -1", "--batch-size 0", "--batchsize 3", "--preset nope", "--seed x"]
EACH = """
import runpy, sys
script, asked = sys.argv[1], sys.argv[2:]
for words in asked:
    sys.argv = [script, *words.split()]
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as stop:
        sys.stderr.write(f"EXIT {stop.code}\\n")
"""


def test_bad_flags_get_exit_code_2_and_three_sentences(tmp_path):
    script = REPO / "experiments" / "01_physics" / "train.py"
    asked = [f"{words} --runs-dir {tmp_path}" for words in BAD]
    done = subprocess.run(  # one process for all: each import takes seconds
        [sys.executable, "-c", EACH, str(script), *asked],
        capture_output=True,
        text=True,
        cwd=REPO,
        check=True,
    )
    assert "Traceback" not in done.stderr
    lines = done.stderr.splitlines()
    said = [line for line in lines if line.startswith("Expected ")]
    assert lines.count("EXIT 2") == len(said) == len(BAD)
    for words, line in zip(BAD, said, strict=True):
        assert len(re.findall(r"[.?](?:\s|$)", line)) == 3, line
        assert words.split()[0] in line
    assert list(tmp_path.iterdir()) == []
