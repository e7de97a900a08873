"""Finished runs and campaigns made by hand, and a reader of pages."""

import copy
from html.parser import HTMLParser
import importlib.util
import json
from pathlib import Path
import shutil
import sys

import pytest


def _beside(name):
    """Import a file of this folder by its own name; pytest leaves it off the path."""
    place = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(name, place)
    sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


for _name in ("lines", "stages", "audit", "run", "campaign"):
    _beside(f"made_{_name}")
_beside("browser")

NEW_KEYS = ("selection", "counterfactual", "weights_evaluated", "arm", "stage_epochs")


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory):
    """One finished run folder for tests that only read it."""
    place = tmp_path_factory.mktemp("runs") / "physics-demo-s0-1a2b3c4d"
    return sys.modules["made_run"].write_run(place)


@pytest.fixture(scope="session")
def finished_campaign(tmp_path_factory):
    """One campaign folder for tests that only read it: nine runs, one failed."""
    place = tmp_path_factory.mktemp("runs") / "physics-demo-arms-0f1e2d3c"
    return sys.modules["made_campaign"].write_campaign(place)


@pytest.fixture
def campaign_folder(finished_campaign, tmp_path):
    """A campaign folder of the test's own, free to be changed."""
    return Path(shutil.copytree(finished_campaign, tmp_path / finished_campaign.name))


@pytest.fixture
def summary(finished_campaign):
    """The content of summary.json, free to be changed."""
    return json.loads((finished_campaign / "summary.json").read_text(encoding="utf-8"))


@pytest.fixture
def run_folder(finished_run, tmp_path):
    """A finished run folder of the test's own, free to be changed."""
    return Path(shutil.copytree(finished_run, tmp_path / finished_run.name))


@pytest.fixture
def results(finished_run):
    """The content of results.json of the finished run, free to be changed."""
    return json.loads((finished_run / "results.json").read_text(encoding="utf-8"))


@pytest.fixture
def old_results(results):
    """The results of a run from before supports, selections and requests."""
    results = copy.deepcopy(results)
    for name in NEW_KEYS:
        del results[name]
    for name in ("support", "support_calibration"):
        del results["audit"][name]
    for stage in results["stages"]:
        del stage["exams"]
    for score in results["scores"]:
        for name in ("of", "worst", "kind"):
            del score[name]
    for receipt in results["reads"]:
        del receipt["reason"], receipt["count"]
    return results


@pytest.fixture
def change(run_folder):
    """A function that changes one JSON file of the run folder in place."""

    def apply(name, **values):
        path = run_folder / name
        content = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps({**content, **values}), encoding="utf-8")
        return run_folder

    return apply


class Outline(HTMLParser):
    """Reads a page as a browser would, and keeps what is out of order."""

    VOID = frozenset({"meta", "br", "img", "input", "link", "hr"})

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.open, self.faults, self.ids, self.words, self.tags = [], [], [], [], []
        self.feed(page)
        self.close()
        self.faults += [f"<{tag}> stays open" for tag in self.open]

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else")

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


@pytest.fixture
def outline():
    """The reader of pages: `outline(page)` has faults, ids, tags and text."""
    return Outline


@pytest.fixture
def reseal():
    """A function that changes the results of a campaign's run and seals it again."""

    def apply(campaign, child, **values):
        run = next((campaign / child).iterdir())
        path = run / "results.json"
        content = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps({**content, **values}), encoding="utf-8")
        return sys.modules["made_run"].seal(run)

    return apply
