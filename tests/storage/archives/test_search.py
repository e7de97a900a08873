"""The search goes through links to other disks, and out of every loop."""

from dist_invention.storage.archives.search import Search


def seen(search, root):
    return [str(place.path.relative_to(root)) for place in search]


def test_every_folder_is_seen_once_real_ones_first(tmp_path):
    (tmp_path / "b" / "c").mkdir(parents=True)
    (tmp_path / "a").symlink_to("b")
    assert seen(Search(tmp_path), tmp_path) == [".", "b", "b/c"]


def test_a_link_to_another_disk_is_followed(tmp_path):
    (tmp_path / "storage" / "old").mkdir(parents=True)
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "more").symlink_to(tmp_path / "storage")
    assert seen(Search(tmp_path / "runs"), tmp_path) == [
        "runs",
        "runs/more",
        "runs/more/old",
    ]


def test_loops_end_and_a_link_upwards_is_named(tmp_path):
    root = tmp_path / "runs"
    (root / "a").mkdir(parents=True)
    (root / "a" / "again").symlink_to("..")
    (root / "a" / "self").symlink_to("self")
    (root / "up").symlink_to(tmp_path)
    search = Search(root)
    assert seen(search, root) == [".", "a"]
    [problem] = search.problems
    assert problem.file == str(root / "up")
    assert problem.is_harmless


def test_a_place_can_stop_the_search_below_it(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    found = []
    for place in Search(tmp_path):
        found.append(place.path.name)
        if place.path.name == "a":
            place.stop()
    assert found == [tmp_path.name, "a"]


def test_files_and_what_is_none_are_told_by_name(tmp_path):
    (tmp_path / "a.txt").write_text("")
    (tmp_path / "gone").symlink_to("nothing")
    [place] = Search(tmp_path)
    assert place.files == {"a.txt", "gone"}


def test_a_folder_that_is_not_there_holds_nothing(tmp_path):
    search = Search(tmp_path / "nothing")
    assert list(search) == []
    assert search.problems == []
