"""s3:// through the real client, against a server that is killed and started again."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time

from dist_invention.storage import (
    CheckpointFolder,
    Mirror,
    Patience,
    RunFolder,
    recover,
)
from dist_invention.storage.copies.destinations import Destination, DestinationNotUsable
from dist_invention.storage.copies.remotes import PART_BYTES
from dist_invention.storage.hashing import file_sha256
import fsspec
import numpy as np
import pytest

pytest.importorskip("s3fs", reason="s3fs is not installed: no s3:// here")
pytest.importorskip("moto.server", reason="moto[server] is not installed: no server")
pytestmark = pytest.mark.slow
SOON = 60.0
ABOUT = {"config": {"seed": 0}, "config_sha256": "ab12"}
KEYS = {"key": "testing", "secret": "testing"}


class Server:
    """An S3 server in memory, as a process of its own; a kill empties it."""

    def __init__(self):
        self.process = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    @property
    def options(self):
        return {**KEYS, "endpoint_url": f"http://127.0.0.1:{self.port}"}

    def start(self):
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1"]
        command += ["-p", str(self.port)]
        silent = subprocess.DEVNULL
        self.process = subprocess.Popen(command, stdout=silent, stderr=silent)
        end = time.monotonic() + SOON
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                break
            except OSError:
                assert self.process.poll() is None
                assert time.monotonic() < end
                time.sleep(0.05)
        system = fsspec.filesystem("s3", **self.options, skip_instance_cache=True)
        system.mkdir("bucket")

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@pytest.fixture(scope="module")
def running():
    server = Server()
    try:
        server.start()
        yield server
    finally:
        server.kill()


@pytest.fixture
def server(running, monkeypatch):
    monkeypatch.setitem(fsspec.config.conf, "s3", running.options)
    return running


@pytest.fixture
def url(server, tmp_path):
    return f"s3://bucket/{tmp_path.name}"


def test_a_copy_comes_back_as_it_was(url, tmp_path):
    place = Destination(url)
    place.probe()
    assert place.names() == []
    local = tmp_path / "local.npz"
    local.write_bytes(os.urandom(300_000))
    digest = place.put(local, "run/checkpoints/g1.npz")
    assert digest == file_sha256(local) == place.sha256("run/checkpoints/g1.npz")
    place.put(b"second", "run/a.json")
    place.put(b"replaced", "run/a.json")
    place.put(b"", "run/empty.log")
    assert place.read("run/a.json") == b"replaced"
    assert place.names() == ["run/a.json", "run/checkpoints/g1.npz", "run/empty.log"]
    assert place.names("nothing") == []
    assert place.get("run/checkpoints/g1.npz", tmp_path / "back") == digest
    place.remove("run/a.json")
    place.remove("run/a.json")
    with pytest.raises(FileNotFoundError):
        place.sha256("run/a.json")


def test_a_big_file_goes_in_parts_with_signs_of_life(url, tmp_path):
    big, beats = tmp_path / "big.npz", []
    big.write_bytes(os.urandom(3 * PART_BYTES + 1))
    assert Destination(url).put(big, "big.npz", lambda: beats.append(1)) == file_sha256(
        big
    )
    assert len(beats) > 4


def test_a_bucket_that_is_not_there_is_named(server):
    with pytest.raises(DestinationNotUsable, match="bucket does not exist"):
        Destination("s3://nosuchbucket/copies").probe()


@pytest.mark.parametrize("way", ["one variable", "AWS variables", "a file"])
def test_keys_and_endpoints_come_from_the_environment(server, url, tmp_path, way):
    if way == "one variable":
        given = {"FSSPEC_S3": json.dumps(server.options)}
    elif way == "AWS variables":
        given = {
            "AWS_ACCESS_KEY_ID": KEYS["key"],
            "AWS_SECRET_ACCESS_KEY": KEYS["secret"],
            "AWS_ENDPOINT_URL": server.options["endpoint_url"],
        }
    else:
        (tmp_path / "s3.json").write_text(json.dumps({"s3": server.options}))
        given = {"FSSPEC_CONFIG_DIR": str(tmp_path)}
    script = (
        "import sys\n"
        "from dist_invention.storage import Destination\n"
        "Destination(sys.argv[1]).probe()\n"
    )
    command = [sys.executable, "-c", script, url]
    subprocess.run(command, check=True, timeout=60, env={**os.environ, **given})


def test_a_run_survives_a_server_that_dies_and_comes_back_empty(tmp_path, monkeypatch):
    server = Server()
    monkeypatch.setitem(fsspec.config.conf, "s3", server.options)
    told = []
    url = "s3://bucket/copies"
    mirror = Mirror(
        "run",
        [url],
        Patience(timeout_seconds=10.0, first_wait=0.05, longest_wait=0.2),
        lambda event, **news: told.append(news["state"]),
    )
    try:
        server.start()
        with RunFolder.open(tmp_path / "runs", "run", ABOUT) as run:
            files = CheckpointFolder(run.checkpoints)
            for step in range(1, 9):
                if step == 3:
                    server.kill()
                if step == 6:
                    server.start()
                run.metrics.append({"step": step})
                about = {"metrics_lines": step}
                path = files.write(step, {"w": np.full(50_000, step)}, about)
                journals = [run.path / "run.json", run.events.path, run.metrics.path]
                begin = time.perf_counter()
                mirror.copy_newest([*journals, path], run.path)
                mirror.forget(files.prune(keep_last=2), run.path)
                assert time.perf_counter() - begin < 0.2
                mirror.wait(SOON if step in (2, 8) else 0.1)
                while step == 5 and not told and time.perf_counter() < begin + SOON:
                    time.sleep(0.05)
            assert told[0] == "behind"
            assert told[-1] == "caught_up"
            manifest = run.seal({"status": "finished"})
        everything = [
            p for p in run.path.rglob("*") if p.is_file() and p.name != "LOCK"
        ]
        missing = {p.file for p in mirror.verify(manifest)[url] if p.what == "missing"}
        assert "results.json" in missing
        assert "run.json" not in missing  # the server lost it; it was sent again
        mirror.copy(everything, run.path)
        assert mirror.verify(manifest) == {url: []}
        assert mirror.report()[0]["complete"]
        shutil.rmtree(run.path)
        run.path.mkdir()
        brought = recover(run.path, [url])
        assert brought.is_finished
        assert files.newest()[0]["w"][0] == 8
    finally:
        mirror.close()
        server.kill()
