"""Tests of the page of one run."""

import doctest
import importlib
import json
import pkgutil
import re

from dist_invention import reports
from dist_invention.reports import read_run, render
import pytest

SECTIONS = [
    "asked",
    "data",
    "scores",
    "counterfactual",
    "choice",
    "figures",
    "stages",
    "curves",
    "health",
    "history",
    "environment",
    "identity",
    "reproduce",
]
MODULES = [module.name for module in pkgutil.iter_modules(reports.__path__)]
HOSTILE = "</title><script>alert(1)</script><img src=x onerror=alert(1)>\"'&"


def poisoned(value):
    """Return the JSON value with every text replaced by a hostile one."""
    if isinstance(value, dict):
        return {f"{key}": poisoned(item) for key, item in value.items()}
    if isinstance(value, list):
        return [poisoned(item) for item in value]
    return HOSTILE if isinstance(value, str) else value


def test_every_section_is_present_in_order(finished_run, outline):
    page = outline(render(finished_run))
    assert [name for name in page.ids if name in SECTIONS] == SECTIONS


def test_the_page_is_well_formed_and_ids_are_unique(finished_run, outline):
    page = outline(render(finished_run))
    assert page.faults == []
    assert len(page.ids) == len(set(page.ids))


def test_every_link_leads_to_a_section(finished_run, outline):
    page = outline(render(finished_run))
    links = [attrs["href"] for tag, attrs in page.tags if tag == "a"]
    assert links == [f"#{name}" for name in SECTIONS]


def test_the_page_needs_no_script_and_nothing_from_elsewhere(finished_run, outline):
    html = render(finished_run)
    tags = {tag for tag, _ in outline(html).tags}
    assert not tags & {"script", "link", "img", "iframe", "object"}
    assert not re.search(r"https?://|url\(|@import", html)
    assert "default-src &#x27;none&#x27;" in html


def test_the_page_is_a_function_of_the_folder(finished_run):
    assert render(finished_run) == render(finished_run)


@pytest.mark.parametrize(
    "keep", [(), ("status",), ("status", "tier", "stratum", "role")]
)
def test_hostile_text_anywhere_stays_text(run_folder, outline, keep):
    for path in run_folder.rglob("*.json*"):
        lines = path.read_text(encoding="utf-8").splitlines()
        bad = [poisoned(json.loads(line)) for line in lines]
        if path.name == "results.json":
            good = json.loads(lines[0])
            bad[0] |= {name: good[name] for name in keep if name in good}
            for row, kept in zip(bad[0]["scores"], good["scores"], strict=True):
                row |= {name: kept[name] for name in keep if name in kept}
        path.write_text("".join(json.dumps(b) + "\n" for b in bad), encoding="utf-8")
    html = render(run_folder)
    page = outline(html)
    assert page.faults == []
    assert "<script" not in html
    assert "<img" not in html
    assert not [a for _, attrs in page.tags for a in attrs if a.startswith("on")]
    assert HOSTILE in page.text


def test_a_leak_is_shown_at_the_top_and_in_its_section(change, outline):
    audit = {
        "verdict": "LEAK",
        "checks": [{"name": "same_key", "splits": ["train", "test_in"], "count": 3}],
    }
    page = outline(render(change("results.json", audit=audit)))
    assert page.text.count("LEAK") >= 2
    assert "The audit found a leak" in page.text


def test_a_run_that_just_began_has_a_page_without_numbers(run_folder, outline):
    for path in run_folder.rglob("*.json*"):
        if path.name != "run.json":
            path.unlink()
    page = outline(render(run_folder))
    assert page.faults == []
    assert [name for name in page.ids if name in SECTIONS] == SECTIONS
    assert "This run is not finished" in page.text
    assert page.text.count("Not measured:") >= 8


def test_a_run_json_alone_may_be_empty(tmp_path, outline):
    (tmp_path / "run.json").write_text("{}", encoding="utf-8")
    assert outline(render(tmp_path)).faults == []


def test_scores_of_a_failed_run_are_withheld(change, results, outline):
    page = outline(render(change("results.json", status="failed")))
    assert "Missing: status 'finished' (it is 'failed')" in page.text
    assert "skill there" not in page.text


def test_the_title_is_the_name_of_the_run(finished_run):
    name = read_run(finished_run).name
    assert f"<title>{name}</title>" in render(finished_run)


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    module = importlib.import_module(f"dist_invention.reports.{name}")
    assert doctest.testmod(module).failed == 0


def test_a_run_from_before_the_new_keys_still_has_its_page(
    run_folder, old_results, outline
):
    path = run_folder / "results.json"
    path.write_text(json.dumps(old_results), encoding="utf-8")
    page = outline(render(run_folder))
    assert page.faults == []
    assert [name for name in page.ids if name in SECTIONS] == SECTIONS
    for said in (
        "the audit did not look at the support",
        "the audit holds no distance from training",
        "no request to change the rules was made",
        "no stage was examined",
    ):
        assert f"Not measured: {said}" in page.text
    assert "Worst group" not in page.text
