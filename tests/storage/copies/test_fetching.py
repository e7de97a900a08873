"""What is fetched gets its name only when it is published."""

import os

from dist_invention.storage.atomic import is_temporary
from dist_invention.storage.copies.calls import DidNotAnswer
from dist_invention.storage.copies.destinations import Destination
from dist_invention.storage.copies.fetching import Fetch
from dist_invention.storage.hashing import file_sha256
import pytest


@pytest.fixture
def place(faulty):
    place = faulty()
    there = Destination(place.url)
    there.put(b"{}", "run/run.json")
    there.put(b"weights", "run/stages/01-x/model.keras")
    return place


@pytest.fixture
def run_folder(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    return folder


def test_files_are_published_in_order_and_the_rest_is_dropped(place, run_folder):
    with Fetch(run_folder, Destination(place.url), 5.0) as fetch:
        model = fetch.get("stages/01-x/model.keras")
        assert fetch.get("run.json").read_bytes() == b"{}"
        assert fetch.sha256("stages/01-x/model.keras") == file_sha256(model)
        assert all(is_temporary(name) for name in os.listdir(run_folder))
        fetch.publish(["stages/01-x/model.keras"])
    assert os.listdir(run_folder) == ["stages"]
    assert (run_folder / "stages/01-x/model.keras").read_bytes() == b"weights"


def test_a_file_is_fetched_once(place, run_folder):
    with Fetch(run_folder, Destination(place.url), 5.0) as fetch:
        place.calls.clear()
        assert fetch.get("run.json") == fetch.get("run.json")
        assert place.calls == [("read", "run/run.json")]


def test_a_fetch_that_hangs_is_left(place, run_folder):
    place.before = place.hang
    with (
        Fetch(run_folder, Destination(place.url), 0.05) as fetch,
        pytest.raises(DidNotAnswer),
    ):
        fetch.get("run.json")


def test_a_name_that_leads_out_of_the_run_is_refused(place, run_folder):
    with (
        Fetch(run_folder, Destination(place.url), 5.0) as fetch,
        pytest.raises(ValueError, match="inside the destination"),
    ):
        fetch.get("../../elsewhere")
