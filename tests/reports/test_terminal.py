"""Tests of the reports from a command line."""

from dist_invention.reports.terminal import main
import pytest


@pytest.fixture
def folders(finished_campaign):
    return [str(path) for path in sorted(finished_campaign.glob("*-s0/*"))]


def test_several_runs_are_printed_side_by_side(folders, capsys):
    assert main(folders) == 0
    assert "joint, seed 0" in capsys.readouterr().out


def test_one_run_is_printed_as_its_table(folders, capsys):
    assert main(folders[:1]) == 0
    assert "Skill: 1 - error" in capsys.readouterr().out


def test_a_page_is_written_where_it_is_asked_for(folders, tmp_path, capsys):
    for given, said in ((folders, "side by side"), (folders[:1], "physics-demo-s0")):
        page = tmp_path / "new" / "page.html"
        assert main([*given, "--out", str(page)]) == 0
        assert said in page.read_text(encoding="utf-8")
    assert capsys.readouterr().out == f"page: {page}\n" * 2


def test_a_campaign_has_a_page_and_no_table(finished_campaign, tmp_path, capsys):
    page = tmp_path / "page.html"
    assert main([str(finished_campaign), "--out", str(page)]) == 0
    assert "Paired differences" in page.read_text(encoding="utf-8")
    assert main([str(finished_campaign)]) == 2
    assert "Add --out PAGE.html: it has a page." in capsys.readouterr().err


def test_runs_that_do_not_compare_end_with_two_and_a_reason(
    folders, finished_run, capsys
):
    assert main([folders[0], str(finished_run)]) == 2
    assert "Missing: manifest.json" in capsys.readouterr().err


def test_a_folder_without_a_run_ends_with_two(tmp_path, capsys):
    assert main([str(tmp_path)]) == 2
    assert "Expected a run folder" in capsys.readouterr().err
