"""Content hashes of files."""

import hashlib
import io

from dist_invention.storage.hashing import CHUNK_BYTES, file_sha256, stream_sha256


def test_hash_of_a_file_longer_than_one_chunk(tmp_path):
    content = b"ab" * CHUNK_BYTES
    (tmp_path / "x").write_bytes(content)
    assert file_sha256(tmp_path / "x") == hashlib.sha256(content).hexdigest()


def test_hash_of_a_stream_begins_where_it_stands():
    stream = io.BytesIO(b"skip-this")
    stream.read(5)
    assert stream_sha256(stream) == hashlib.sha256(b"this").hexdigest()
