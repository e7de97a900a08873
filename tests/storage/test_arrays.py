"""One file of arrays: exact, readable without us, and honest about damage."""

import errno
import os
import shutil
import zipfile

from dist_invention.storage import arrays as module
from dist_invention.storage.arrays import read_arrays, write_arrays
from dist_invention.storage.hashing import CorruptFile, file_sha256
import ml_dtypes
import numpy as np
import pytest


def example():
    rng = np.random.Generator(np.random.Philox(key=[1, 2]))
    return {
        "model/0/kernel": rng.normal(size=(3, 4)).astype("float32"),
        "optimizer/iteration": np.array(7, dtype="int64"),
        "half": rng.normal(size=5).astype("float16"),
        "brain": rng.normal(size=(2, 3)).astype(ml_dtypes.bfloat16),
        "brain_scalar": np.array(1.5, dtype=ml_dtypes.bfloat16),
        "flags": np.array([True, False]),
        "names": np.array(["ball", "wall"]),
        "empty": np.zeros((0, 3), dtype="float32"),
        "columns_first": np.asfortranarray(rng.normal(size=(2, 5))),
        "nan": np.array([np.nan, np.inf, -0.0]),
    }


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "g000000001.npz"
    write_arrays(path, example(), {"step": 1})
    return path


def test_every_array_comes_back_bit_for_bit_in_order(file):
    found, manifest = read_arrays(file)
    assert list(found) == list(example())
    for name, array in example().items():
        assert found[name].dtype == array.dtype
        assert found[name].shape == array.shape
        assert found[name].tobytes() == array.tobytes()
    assert manifest["about"] == {"step": 1}


def test_numpy_reads_the_file_without_us(file):
    with np.load(file, allow_pickle=False) as loaded:
        kernel = loaded["model/0/kernel"]
        brain = loaded["brain"]
    assert np.array_equal(kernel, example()["model/0/kernel"])
    assert brain.dtype == np.uint16
    assert np.array_equal(brain.view(ml_dtypes.bfloat16), example()["brain"])


def test_members_are_stored_and_the_manifest_is_the_last(file):
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
    assert members[-1].filename == "MANIFEST.json"
    assert {member.compress_type for member in members} == {zipfile.ZIP_STORED}


def test_the_manifest_describes_each_array(file):
    _, manifest = read_arrays(file)
    brain = next(row for row in manifest["arrays"] if row["name"] == "brain")
    assert (brain["shape"], brain["dtype"], brain["nbytes"]) == ([2, 3], "bfloat16", 12)
    assert len(brain["sha256"]) == len(manifest["payload_sha256"]) == 64


def test_equal_content_gives_equal_bytes(file, tmp_path):
    digest = write_arrays(tmp_path / "other.npz", example(), {"step": 1})
    assert (tmp_path / "other.npz").read_bytes() == file.read_bytes()
    assert digest == file_sha256(file)


def test_a_flip_of_any_bit_of_the_file_is_found(tmp_path):
    path = tmp_path / "a.npz"
    write_arrays(path, {"w": np.arange(3.0)}, {"step": 1})
    whole = path.read_bytes()
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << place % 8
        path.write_bytes(damaged)
        with pytest.raises(CorruptFile):
            read_arrays(path)


def test_a_flip_inside_an_array_names_its_member(file):
    content = bytearray(file.read_bytes())
    kernel = example()["model/0/kernel"].tobytes()
    content[content.index(kernel)] ^= 1
    file.write_bytes(content)
    with pytest.raises(CorruptFile, match=r"member model/0/kernel\.npy changed"):
        read_arrays(file)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_truncated_file_is_found(file, share):
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(CorruptFile, match="cut short"):
        read_arrays(file)


def test_an_empty_file_is_found(file):
    file.write_bytes(b"")
    with pytest.raises(CorruptFile, match="0 bytes"):
        read_arrays(file)


def rewrite(file, change, seal=True):
    """Write the zip anew with members changed by `change(dict of bytes)`."""
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.comment = b"0" * module.SEAL_BYTES if seal else b""
    if seal:
        module._seal(file)


def test_a_missing_member_is_named(file):
    rewrite(file, lambda members: members.pop("half.npy"))
    with pytest.raises(CorruptFile, match=r"\['half'\] are missing"):
        read_arrays(file)


def test_a_missing_manifest_is_named(file):
    rewrite(file, lambda members: members.pop("MANIFEST.json"))
    with pytest.raises(CorruptFile, match=r"MANIFEST\.json is missing"):
        read_arrays(file)


def test_an_array_exchanged_under_a_right_seal_is_found(file):
    rewrite(file, lambda m: m.update({"nan.npy": m["columns_first.npy"]}))
    with pytest.raises(CorruptFile, match="`nan` does not match its SHA-256"):
        read_arrays(file)


def test_a_manifest_edited_under_a_right_seal_is_found(file):
    def edit(members):
        text = members["MANIFEST.json"].replace(b'"float16"', b'"float32"')
        members["MANIFEST.json"] = text

    rewrite(file, edit)
    with pytest.raises(CorruptFile, match="payload_sha256"):
        read_arrays(file)


def test_a_zip_of_another_program_is_refused(file):
    rewrite(file, lambda members: None, seal=False)
    with pytest.raises(CorruptFile, match="seal is cut short or missing"):
        read_arrays(file)


def test_python_objects_are_never_written(tmp_path):
    with pytest.raises(TypeError, match="nothing is pickled"):
        write_arrays(tmp_path / "a.npz", {"x": np.array([{}])}, {})
    assert list(tmp_path.iterdir()) == []


def test_a_pickle_is_never_read(file):
    np.savez(file, x=np.array([{"a": 1}], dtype=object))
    with pytest.raises(CorruptFile):
        read_arrays(file)


@pytest.mark.parametrize("name", ["", "/a", "a//b", "../a", "a\\b"])
def test_a_name_that_leads_elsewhere_is_refused(tmp_path, name):
    with pytest.raises(ValueError, match="Rename the array"):
        write_arrays(tmp_path / "a.npz", {name: np.zeros(1)}, {})


def test_nan_in_the_manifest_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(ValueError, match=r"about\.best"):
        write_arrays(tmp_path / "a.npz", {}, {"best": float("nan")})
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_keeps_the_old_checkpoint(file, monkeypatch):
    copy = file.with_name("copy")
    shutil.copy(file, copy)

    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_arrays(file, {"w": np.zeros(9)}, {"step": 2})
    assert file.read_bytes() == copy.read_bytes()
    assert sorted(p.name for p in file.parent.iterdir()) == ["copy", file.name]


def test_a_member_that_holds_python_objects_is_corrupt_and_never_unpickled(tmp_path):
    path = tmp_path / "g.npz"
    write_arrays(path, {"w": np.ones(2)}, {})
    with zipfile.ZipFile(path) as archive:
        manifest = archive.read("MANIFEST.json")
    with zipfile.ZipFile(path, "w") as archive:
        with archive.open("w.npy", "w") as stream:
            np.lib.format.write_array(stream, np.array([{}]), allow_pickle=True)
        archive.writestr("MANIFEST.json", manifest)
        archive.comment = b"0" * module.SEAL_BYTES
    module._seal(path)
    with pytest.raises(CorruptFile, match="the array `w`: Object arrays"):
        read_arrays(path)
