"""A folder is listed to any depth, and nothing in it hangs us or leads us out."""

import os
from pathlib import Path
import socket
import subprocess
import sys

from dist_invention.storage.listing import list_files

REPO = Path(__file__).resolve().parents[2]


def names(listing):
    return [name for name, _ in listing.files]


def told(listing):
    return [(problem.file, problem.what) for problem in listing.problems]


def test_files_are_listed_by_name_at_any_depth(tmp_path):
    deep = tmp_path.joinpath(*["d"] * 1200)  # deeper than Python may recurse
    subprocess.run(["mkdir", "-p", str(deep)], check=True)
    (deep / "end.txt").write_text("x")
    (tmp_path / "a.txt").write_text("x")
    try:
        listing = list_files(tmp_path)
        assert names(listing) == ["a.txt", "d/" * 1200 + "end.txt"]
        assert listing.problems == ()
    finally:
        subprocess.run(["rm", "-rf", str(tmp_path / "d")], check=True)


def test_unfinished_work_is_left_out(tmp_path):
    (tmp_path / ".tmp-ab-a.txt").write_text("half")
    (tmp_path / ".tmp-folder").mkdir()
    (tmp_path / ".tmp-folder" / "b.txt").write_text("half")
    assert names(list_files(tmp_path)) == []


def test_a_link_to_a_file_inside_reads_as_that_file(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "model.h5").write_text("weights")
    (tmp_path / "best.h5").symlink_to("a/model.h5")
    listing = list_files(tmp_path)
    assert names(listing) == ["a/model.h5", "best.h5"]
    assert dict(listing.files)["best.h5"].read_text() == "weights"


def test_links_that_lead_out_or_to_nothing_are_named_and_not_followed(tmp_path):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "key").write_text("secret")
    run = tmp_path / "run"
    run.mkdir()
    (run / "out").symlink_to("../secret/key")
    (run / "folder").symlink_to(tmp_path / "secret")
    (run / "gone").symlink_to("nothing")
    listing = list_files(run)
    assert names(listing) == []
    assert told(listing) == [("folder", "link"), ("gone", "link"), ("out", "link")]
    wider = list_files(run, inside=tmp_path)
    assert names(wider) == ["out"]
    assert told(wider) == [("folder", "extra"), ("gone", "link")]


def test_loops_of_links_end(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "up").symlink_to("..")
    (tmp_path / "self").symlink_to("self")
    (tmp_path / "a" / "x.txt").write_text("x")
    listing = list_files(tmp_path)
    assert names(listing) == ["a/x.txt"]
    assert told(listing) == [("a/up", "extra"), ("self", "link")]


def test_what_is_no_file_is_named_and_never_opened(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "linked").symlink_to("fifo")
    with socket.socket(socket.AF_UNIX) as server:
        here = os.getcwd()
        os.chdir(tmp_path)  # the path of a socket must be short
        server.bind("socket")
        os.chdir(here)
        listing = list_files(tmp_path)
    assert names(listing) == []
    assert told(listing) == [
        ("fifo", "extra"),
        ("linked", "extra"),
        ("socket", "extra"),
    ]
    assert "a fifo, which is never opened" in str(listing.problems[0])


def test_folders_can_be_left_out(tmp_path):
    for name in ("keep", "skip"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text("x")
    listing = list_files(tmp_path, leave_out=lambda path: path.name == "skip")
    assert names(listing) == ["keep/a.txt"]


def test_a_folder_reached_by_a_link_is_listed(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.txt").write_text("x")
    (tmp_path / "link").symlink_to("real")
    assert names(list_files(tmp_path / "link")) == ["a.txt"]


def test_a_folder_that_is_not_there_holds_nothing():
    assert list_files(Path("no/such/folder")).files == ()


def test_a_folder_that_cannot_be_read_is_named(tmp_path, without_rights):
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed").chmod(0)
    code = (
        "import sys; from dist_invention.storage.listing import list_files\n"
        "print(*list_files(sys.argv[1]).problems)"
    )
    said = subprocess.run(
        [*without_rights, sys.executable, "-c", code, tmp_path],
        cwd=REPO,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said == "closed: unreadable (Permission denied)\n"
