"""Many arrays and one manifest in one file that proves itself when read.

The file is a stored zip of `.npy` members, so `numpy.load` reads it without us.
Its last member is MANIFEST.json; its zip comment is the SHA-256 of all bytes before
that comment, so that a change of any bit, anywhere, is found.
"""

from collections.abc import Mapping
import hashlib
import json
import os
from pathlib import Path
from typing import Any, BinaryIO
import zipfile

from dist_invention.storage.atomic import atomic_file
from dist_invention.storage.encoding import canonical_sha256, to_json
from dist_invention.storage.hashing import CHUNK_BYTES, CorruptFile
import numpy as np

SCHEMA = 1
MANIFEST = "MANIFEST.json"
SEAL_BYTES = 64  # hexadecimal SHA-256


def write_arrays(
    path: Path | str, arrays: Mapping[str, np.ndarray], manifest: Mapping[str, Any]
) -> str:
    """Write arrays atomically and return the SHA-256 of the file.

    Equal content in equal order gives equal bytes.

    Args:
        path: The file to create or to replace.
        arrays: Arrays by name, kept in this order. Any shape; numbers, booleans or
            text. bfloat16 and its kin are stored as unsigned integers.
        manifest: What the reader gets back under `"about"`; plain JSON values.

    Raises:
        TypeError: If an array holds Python objects or records.
        ValueError: If a name cannot be a member, or the manifest holds NaN.
        OSError: If the disk is full or fails; the old file then stays.
    """
    encoded = {_checked(name): _stored(name, arrays[name]) for name in arrays}
    records = [
        _record(name, np.asarray(arrays[name]), encoded[name]) for name in arrays
    ]
    content = {
        "schema": SCHEMA,
        "about": manifest,
        "payload_sha256": canonical_sha256(records),
        "arrays": records,
    }
    text = to_json(content, indent=1)  # refuses before the disk is touched
    with atomic_file(path) as temp:
        with zipfile.ZipFile(temp, "w", zipfile.ZIP_STORED) as archive:
            for name, array in encoded.items():
                with archive.open(_member(f"{name}.npy"), "w", force_zip64=True) as out:
                    np.lib.format.write_array(out, array, allow_pickle=False)
            archive.writestr(_member(MANIFEST), text)
            archive.comment = b"0" * SEAL_BYTES
        return _seal(temp)


def read_arrays(path: Path | str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Read and verify everything: the file's seal, then each array's hash.

    Nothing is ever unpickled.

    Returns:
        The arrays by name in the order written, and the manifest with the keys
        `schema`, `about`, `payload_sha256` and `arrays`.

    Raises:
        CorruptFile: If anything differs from what was written; it says what.
        OSError: If the file cannot be read.
    """
    path = Path(path)
    found, expected = _seals(path)
    if found != expected:
        raise _corrupt(path, _diagnosis(path))
    with zipfile.ZipFile(path) as archive:
        members = archive.namelist()
        if MANIFEST not in members:
            raise _corrupt(path, f"the member {MANIFEST} is missing")
        manifest = json.loads(archive.read(MANIFEST))
        missing = [
            r["name"] for r in manifest["arrays"] if f"{r['name']}.npy" not in members
        ]
        if missing:
            raise _corrupt(path, f"the members of the arrays {missing} are missing")
        if canonical_sha256(manifest["arrays"]) != manifest["payload_sha256"]:
            raise _corrupt(path, "the list of arrays does not match payload_sha256")
        arrays = {r["name"]: _read(path, archive, r) for r in manifest["arrays"]}
    return arrays, manifest


def _read(path: Path, archive: zipfile.ZipFile, record: dict[str, Any]) -> np.ndarray:
    name = record["name"]
    with archive.open(f"{name}.npy") as stream:
        try:
            stored = np.lib.format.read_array(stream, allow_pickle=False)
        except ValueError as error:  # Python objects, which are never unpickled
            raise _corrupt(path, f"the array `{name}`: {error}") from error
    if _sha256(stored) != record["sha256"]:
        raise _corrupt(path, f"the array `{name}` does not match its SHA-256")
    array = stored
    if record["stored_as"] != record["dtype"]:
        array = stored.view(_extension_dtype(record["dtype"]))
    if list(array.shape) != record["shape"] or array.dtype.name != record["dtype"]:
        raise _corrupt(
            path,
            f"the array `{name}` has shape {array.shape} and dtype {array.dtype}, the "
            f"manifest says {record['shape']} and {record['dtype']}",
        )
    return array


def _checked(name: str) -> str:
    parts = name.split("/")
    if not all(parts) or {".", ".."} & set(parts) or "\\" in name or "\0" in name:
        raise ValueError(
            "Expected array names such as `model/0/kernel`: parts joined by `/`. "
            f"Received: {name!r}. Rename the array."
        )
    return name


def _stored(name: str, array: np.ndarray) -> np.ndarray:
    """Return what the `.npy` member holds: C order, a dtype that NumPy knows."""
    array = np.asarray(array, order="C")
    if array.dtype.kind == "V" and array.dtype.type is not np.void:  # bfloat16, kin
        return array.view(f"u{array.dtype.itemsize}")
    if array.dtype.hasobject or array.dtype.kind == "V":
        raise TypeError(
            "Expected arrays of numbers, booleans or text, since nothing is pickled. "
            f"Received: dtype {array.dtype} in `{name}`. Convert the array first."
        )
    return array


def _record(name: str, array: np.ndarray, stored: np.ndarray) -> dict[str, Any]:
    return {
        "name": name,
        "shape": list(array.shape),
        "dtype": array.dtype.name,
        "stored_as": stored.dtype.name,
        "nbytes": stored.nbytes,
        "sha256": _sha256(stored),
    }


def _sha256(array: np.ndarray) -> str:
    return hashlib.sha256(array.reshape(-1).view(np.uint8).data).hexdigest()


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    info.create_system = 3  # the same bytes on every platform
    info.external_attr = 0o644 << 16
    return info


def _extension_dtype(name: str) -> np.dtype[Any]:
    import ml_dtypes  # only a file that holds bfloat16 or its kin needs it

    return np.dtype(getattr(ml_dtypes, name))


def _seal(path: Path) -> str:
    """Replace the zip comment by the hash of all before it; return the file's hash."""
    with open(path, "r+b") as stream:
        size = stream.seek(0, os.SEEK_END) - SEAL_BYTES
        stream.seek(0)
        digest = _hash_front(stream, size)
        seal = digest.hexdigest().encode()
        stream.seek(size)
        stream.write(seal)
    digest.update(seal)
    return digest.hexdigest()


def _seals(path: Path) -> tuple[bytes, bytes]:
    """Return the seal that the file carries and the one its bytes deserve."""
    with open(path, "rb") as stream:
        size = max(stream.seek(0, os.SEEK_END) - SEAL_BYTES, 0)
        stream.seek(0)
        deserved = _hash_front(stream, size).hexdigest().encode()
        return stream.read(), deserved


def _hash_front(stream: BinaryIO, size: int) -> "hashlib._Hash":
    digest = hashlib.sha256()
    while size > 0 and (chunk := stream.read(min(CHUNK_BYTES, size))):
        digest.update(chunk)
        size -= len(chunk)
    return digest


def _diagnosis(path: Path) -> str:
    """Say what is wrong with a file whose seal does not hold."""
    if path.stat().st_size == 0:
        return "it holds 0 bytes"
    try:
        with zipfile.ZipFile(path) as archive:
            broken = archive.testzip()
            sealed = len(archive.comment) == SEAL_BYTES
            members = archive.namelist()
    except zipfile.BadZipFile as error:
        return f"it was cut short or its index is damaged ({error})"
    except Exception as error:  # damaged bytes can raise anything; it adds the reason
        return f"its index is damaged ({type(error).__name__}: {error})"
    if broken:
        return f"bytes of the member {broken} changed"
    if MANIFEST not in members:
        return f"the member {MANIFEST} is missing"
    return (
        "bytes outside the arrays changed"
        if sealed
        else "its seal is cut short or missing"
    )


def _corrupt(path: Path, reason: str) -> CorruptFile:
    return CorruptFile(
        f"Expected {path} to hold what was written. "
        f"Received: {reason}. "
        "Use an older file, or fetch a copy from a destination."
    )
