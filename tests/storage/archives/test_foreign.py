"""What other tools wrote is found; source code, packages and caches are not."""

import os
from pathlib import Path
import time

from dist_invention.storage import RunFolder, find_foreign
from dist_invention.storage.archives.foreign import settle
import pytest


def fill(root, *names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())


def found(*folders, **options):
    units, left_out = find_foreign(folders, **options)
    files = [f"{unit.name}/{name}" for unit in units for name, _ in unit.files]
    return sorted(files), {one.path.name: one for one in left_out}


def test_a_folder_with_a_result_is_saved_whole(tmp_path):
    fill(
        tmp_path / "outputs",
        *("exp1/model.h5", "exp1/notes.odd", "exp1/plots/a.xyz", "exp1/code/copy.py"),
        *("exp2/metrics.json", "nothing/LICENSE"),
    )
    files, left_out = found(tmp_path / "outputs")
    assert files == [
        "outputs/exp1/code/copy.py",
        "outputs/exp1/model.h5",
        "outputs/exp1/notes.odd",
        "outputs/exp1/plots/a.xyz",
        "outputs/exp2/metrics.json",
    ]
    assert left_out == {}


def test_runs_of_ours_are_passed_over(tmp_path):
    about = {"config": {}, "config_sha256": "ab"}
    with RunFolder.open(tmp_path / "runs", "a", about) as run:
        run.artifact("stages/x/model.keras").write_bytes(b"w")
    fill(tmp_path / "runs", "summary.csv", "tool/a.h5")
    files, left_out = found(tmp_path / "runs")
    assert files == ["runs/summary.csv", "runs/tool/a.h5"]
    assert left_out == {}


def test_a_source_checkout_gives_its_results_only(tmp_path):
    fill(
        tmp_path / "work",
        *(".git/objects/ab.pkl", "pyproject.toml", "train.py", "config.json"),
        *("package/data.json", "package/code.py", "docs/picture.png"),
        *(".venv/pyvenv.cfg", ".venv/lib/weights.npz", "node_modules/x/a.json"),
        *("outputs/exp1/metrics.csv", "deep/er/model.keras", "deep/er/about.txt"),
        *("results-20261120T121549672919Z.zip",),
    )
    files, left_out = found(tmp_path / "work")
    assert files == [
        "work/deep/er/about.txt",
        "work/deep/er/model.keras",
        "work/outputs/exp1/metrics.csv",
    ]
    assert set(left_out) == {"work", ".git", ".venv", "node_modules"}
    assert not any(one.is_loss for one in left_out.values())


def test_a_repository_of_weights_is_saved_whole(tmp_path):
    fill(tmp_path / "hub", "model/.git/HEAD", "model/w.safetensors", "model/a.json")
    files, left_out = found(tmp_path / "hub")
    assert files == ["hub/model/a.json", "hub/model/w.safetensors"]
    assert set(left_out) == {".git"}


def test_weights_beside_a_script_are_saved_and_the_script_is_not(tmp_path):
    fill(tmp_path / "work", "train.py", "model.h5", "history.pkl", "config.json")
    fill(tmp_path / "work", "data/rows.csv")
    files, left_out = found(tmp_path / "work")
    assert files == ["work/history.pkl", "work/model.h5"]
    assert "source code" in left_out["work"].reason


def test_a_project_inside_results_is_left_out_but_for_its_own_results(tmp_path):
    fill(
        tmp_path / "outputs",
        *("a.h5", "clone/setup.py", "clone/big.json", "clone/runs/b.csv"),
        *("env/pyvenv.cfg", "env/x.h5", "cache/CACHEDIR.TAG", "cache/y.h5"),
    )
    files, left_out = found(tmp_path / "outputs")
    assert files == ["outputs/a.h5", "outputs/clone/runs/b.csv"]
    assert set(left_out) == {"clone", "env", "cache"}


def test_our_own_bundles_are_left_out_and_named(tmp_path):
    fill(tmp_path / "out", "results-20261120T121549672919Z.zip", "a.log")
    files, left_out = found(tmp_path / "out")
    assert files == ["out/a.log"]
    assert left_out["out"].reason == "bundles written by this script"


def test_a_folder_of_too_many_files_is_a_loss_that_is_named(tmp_path):
    fill(tmp_path / "outputs", *(f"data/{n}.npz" for n in range(30)), "b/a.h5")
    files, left_out = found(tmp_path / "outputs", max_files=20)
    assert files == ["outputs/b/a.h5"]
    assert left_out["data"].is_loss


def test_thousands_of_files_take_seconds(tmp_path):
    (tmp_path / "outputs").mkdir()
    for n in range(5000):
        (tmp_path / "outputs" / f"{n}.json").touch()
    begin = time.monotonic()
    files, _ = found(tmp_path / "outputs")
    assert len(files) == 5000
    assert time.monotonic() - begin < 5


def test_the_home_folder_is_not_swallowed_for_one_table(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    fill(tmp_path, "table.csv", "letters/private.doc", "outputs/a.h5")
    files, _ = found(tmp_path)
    assert files == [f"{tmp_path.name}/outputs/a.h5", f"{tmp_path.name}/table.csv"]


def test_a_folder_given_twice_or_inside_another_is_saved_once(tmp_path):
    fill(tmp_path / "work", "outputs/exp1/a.h5", "outputs/b.h5")
    (tmp_path / "work" / "again").symlink_to("outputs")
    work = tmp_path / "work"
    files, _ = found(work, work / "outputs", work, work / "outputs" / "exp1")
    assert sorted(name.rpartition("/")[2] for name in files) == ["a.h5", "b.h5"]


def test_folders_of_one_name_never_share_a_file(tmp_path):
    fill(tmp_path / "a" / "outputs", "all.csv", "exp1/model.h5")
    fill(tmp_path / "b" / "outputs", "exp1/model.h5")
    files, _ = found(tmp_path / "a" / "outputs", tmp_path / "b" / "outputs")
    assert files == [
        *("outputs/all.csv", "outputs/exp1/model.h5", "outputs~2/exp1/model.h5")
    ]


def test_links_within_the_folder_given_are_content_and_others_are_named(tmp_path):
    fill(tmp_path, "outputs/a/model.h5", "elsewhere/secret.h5")
    fill(tmp_path, "outputs/b/log.csv")
    (tmp_path / "outputs/b/best.h5").symlink_to("../a/model.h5")
    (tmp_path / "outputs/b/out.h5").symlink_to(tmp_path / "elsewhere/secret.h5")
    units, _ = find_foreign([tmp_path / "outputs"])
    [unit] = [unit for unit in units if unit.name == "outputs/b"]
    assert [name for name, _ in unit.files] == ["best.h5", "log.csv"]
    assert [(p.file, p.what) for p in unit.problems] == [("out.h5", "link")]


def test_a_link_to_a_data_set_elsewhere_is_named_and_not_followed(tmp_path):
    fill(tmp_path, "datasets/a.npz", "outputs/exp1/model.h5")
    (tmp_path / "outputs" / "data").symlink_to(tmp_path / "datasets")
    files, left_out = found(tmp_path / "outputs")
    assert files == ["outputs/exp1/model.h5"]
    assert "name that with --runs-dir" in left_out["data"].reason
    files, _ = found(tmp_path / "outputs" / "data")
    assert files == ["datasets/a.npz"]


def test_a_missing_folder_holds_nothing():
    assert find_foreign([Path("no/such/folder")]) == ([], [])


@pytest.mark.parametrize("age", [0.0, 60.0])
def test_only_fresh_files_are_waited_for(tmp_path, age, monkeypatch):
    waits = []
    monkeypatch.setattr(time, "sleep", waits.append)
    fill(tmp_path / "outputs", "a.h5", "growing.log")
    for path in (tmp_path / "outputs").iterdir():
        os.utime(path, (time.time() - age,) * 2)
    settle(find_foreign([tmp_path / "outputs"])[0])
    assert len(waits) == (1 if age == 0.0 else 0)


def test_a_file_that_never_settles_is_not_waited_for_forever(tmp_path, monkeypatch):
    fill(tmp_path / "outputs", "a.h5")
    units, _ = find_foreign([tmp_path / "outputs"])
    waits = []

    def writing(seconds):
        waits.append(seconds)
        fill(tmp_path / "outputs", "a.h5")
        os.utime(tmp_path / "outputs" / "a.h5", (time.time(), time.time() + len(waits)))

    monkeypatch.setattr(time, "sleep", writing)
    settle(units)
    assert 1 < sum(waits) + 1 < 3
