"""A campaign's memory: whole, relative, and refused when damaged."""

import json

from dist_invention.campaigns import Step, StepResult
from dist_invention.campaigns.record import CampaignRecord
from dist_invention.storage import CorruptFile
import pytest


@pytest.fixture
def steps():
    return [Step(name, ("t.py",)) for name in ("a", "b", "c")]


def test_each_step_stands_as_it_is(tmp_path, steps):
    record = CampaignRecord(tmp_path, {"question": "why"})
    run = tmp_path / "a" / "r"
    done = StepResult("a", "finished", run=run, command=("t.py",))
    alive = StepResult("b", "not started", log=tmp_path / "b" / "output.log")
    record.write("running", {"executor": "local"}, steps, {"a": done}, {"b": alive})
    content = json.loads((tmp_path / "campaign.json").read_text())
    assert content["campaign"] == tmp_path.name
    assert content["about"] == {"question": "why"}
    rows = {row["name"]: row for row in content["steps"]}
    assert [row["status"] for row in rows.values()] == [
        "finished",
        "running",
        "waiting",
    ]
    assert rows["a"]["run"] == "a/r"
    assert rows["b"]["log"] == "b/output.log"
    assert rows["c"]["runs_dir"] == "c"


def test_what_was_recorded_is_known_to_the_next_command(tmp_path, steps):
    record = CampaignRecord(tmp_path, {})
    run = tmp_path / "a" / "r"
    done = StepResult("a", "finished", run=run, command=("t.py", "--x"))
    failed = StepResult("b", "failed", command=("t.py",))
    record.write("failed", {"threads": 2}, steps, {"a": done, "b": failed}, {})
    again = CampaignRecord(tmp_path, {})
    assert again.known_run("a") == (["t.py", "--x"], run)
    assert again.known_run("b") is None
    assert again.known_run("z") is None
    assert again.earlier["executor"] == {"threads": 2}
    again.write("finished", {}, steps, {}, {})
    both = [record.earlier, json.loads((tmp_path / "campaign.json").read_text())]
    assert both[0] == {}
    assert both[1]["created_utc"] == again.earlier["created_utc"]


@pytest.mark.parametrize("content", ["{", "[]", '{"steps": [{}]}'])
def test_a_damaged_record_is_refused_with_a_way_out(tmp_path, content):
    (tmp_path / "campaign.json").write_text(content)
    with pytest.raises(CorruptFile, match="Move the file away"):
        CampaignRecord(tmp_path, {})


def test_events_have_their_time(tmp_path):
    CampaignRecord(tmp_path, {}).event("opened", steps=["a"])
    row = json.loads((tmp_path / "events.jsonl").read_text())
    assert row["event"] == "opened"
    assert row["time"].startswith("20")
