"""What goes into a zip is listed by its own bytes, and no name in it is unsafe."""

import hashlib
import io
from pathlib import Path
from zipfile import ZipFile

from dist_invention.storage import FoundRun, RunFolder, find_foreign
from dist_invention.storage.archives.foreign import ForeignFolder
from dist_invention.storage.archives.member_names import why_unsafe
from dist_invention.storage.archives.packing import Packer, ZipNotWritten
from dist_invention.storage.archives.pinned import PinnedFile
import pytest

ABOUT = {"config": {}, "config_sha256": "ab"}


@pytest.fixture
def packer():
    with ZipFile(io.BytesIO(), "w") as archive:
        yield Packer(archive)


def finished(folder, name="a"):
    with RunFolder.open(folder, name, ABOUT) as run:
        run.seal({"status": "finished"})
    return FoundRun(run.path)


def test_each_run_gets_a_folder_of_its_own(tmp_path, packer):
    for folder in ("one", "two"):
        packer.add_run(finished(tmp_path / folder))
    packer.add_run(finished(tmp_path, "foreign"))
    packer.add_run(FoundRun(tmp_path / "A", is_gone=True))
    folders = [about["folder"] for about in packer.manifest()["runs"]]
    assert folders == ["a", "a~2", "foreign~2", "A~3"]


def test_a_run_that_is_the_current_folder_has_its_name(tmp_path, packer, monkeypatch):
    finished(tmp_path, "mine")
    monkeypatch.chdir(tmp_path / "mine")
    assert packer.add_run(FoundRun(Path("."))).is_whole
    assert {f["name"].split("/")[0] for f in packer.files} == {"mine"}


@pytest.mark.parametrize("folder", ["C:", "x\\y", "n\udcff"])
def test_a_run_in_a_folder_with_an_unsafe_name_is_saved(tmp_path, packer, folder):
    assert packer.add_run(finished(tmp_path, folder)).is_whole
    assert not any(why_unsafe(entry["name"]) for entry in packer.files)


def test_files_that_no_zip_may_hold_are_refused_and_named(tmp_path, packer):
    root = tmp_path / "outputs"
    root.mkdir()
    for name in ("a.h5", "b\\..\\..\\c.h5", "d\udcff.h5"):
        (root / name).write_text("x")
    [unit], _ = find_foreign([root])
    seen = packer.add_foreign(unit)
    assert [entry["name"] for entry in packer.files] == ["foreign/outputs/a.h5"]
    assert [(p.file, p.what) for p in seen.problems] == [
        ("b\\..\\..\\c.h5", "refused"),
        ("d\udcff.h5", "refused"),
    ]
    assert not seen.is_whole


def test_a_foreign_file_that_is_written_meanwhile_is_named(
    tmp_path, packer, monkeypatch
):
    for name in ("model.h5", "train.log"):
        (tmp_path / name).write_bytes(b"x" * 100)
    true_take = PinnedFile.take

    def written(file, sink):
        with open(file.path, "ab") as stream:
            stream.write(b"more")
        return true_take(file, sink)

    monkeypatch.setattr(PinnedFile, "take", written)
    files = tuple((n, tmp_path / n) for n in ("model.h5", "train.log"))
    seen = packer.add_foreign(ForeignFolder(tmp_path, "out", files))
    assert [(p.file, p.what) for p in seen.problems] == [("model.h5", "changed")]
    assert [entry["size"] for entry in packer.files] == [100, 100]


def test_of_a_file_that_fails_halfway_the_first_half_is_kept(
    tmp_path, packer, monkeypatch
):
    content = bytes(range(256)) * 100
    (tmp_path / "model.h5").write_bytes(content)
    true_chunks = PinnedFile._chunks

    def failing(file, start, end):
        yield next(true_chunks(file, start, 1000))
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(PinnedFile, "_chunks", failing)
    unit = ForeignFolder(tmp_path, "out", (("model.h5", tmp_path / "model.h5"),))
    seen = packer.add_foreign(unit)
    assert "the first 1000 bytes are in the zip" in str(seen.problems[0])
    [entry] = packer.files
    assert entry["sha256"] == hashlib.sha256(content[:1000]).hexdigest()
    assert packer.archive.read(entry["name"]) == content[:1000]


class FullDisk(io.BytesIO):
    """A disk that is full after some bytes."""

    def write(self, content):
        if self.tell() > 2000:
            raise OSError(28, "No space left on device")
        return super().write(content)


def test_a_full_disk_is_not_taken_for_an_unreadable_file(tmp_path):
    (tmp_path / "model.h5").write_bytes(b"x" * 100_000)
    unit = ForeignFolder(tmp_path, "out", (("model.h5", tmp_path / "model.h5"),) * 2)
    archive = ZipFile(FullDisk(), "w")
    packer = Packer(archive)
    with pytest.raises(ZipNotWritten, match="No space"):
        packer.add_foreign(unit)
    with pytest.raises(OSError, match="No space"):
        archive.close()
