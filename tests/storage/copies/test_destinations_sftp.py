"""sftp:// against a real OpenSSH server that is started, cut and started again."""

import getpass
import json
import os
from pathlib import Path
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
from dist_invention.storage.atomic import TEMP_PREFIX
from dist_invention.storage.copies.calls import CallWasLeft
from dist_invention.storage.copies.destinations import Destination, DestinationNotUsable
from dist_invention.storage.hashing import file_sha256
import fsspec
import numpy as np
import psutil
import pytest

pytest.importorskip("paramiko", reason="paramiko is not installed: no sftp:// here")
SSHD = shutil.which(
    "sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
)
pytestmark = [
    pytest.mark.skipif(SSHD is None, reason="sshd is not installed: no server to test"),
    pytest.mark.skipif(sys.platform != "linux", reason="sshd is started as on Linux"),
]
SOON = 30.0
ABOUT = {"config": {"seed": 0}, "config_sha256": "ab12"}


class Server:
    """An OpenSSH server on a free port of this machine, with keys of its own."""

    def __init__(self, home: Path):
        self.home = home
        self.process = None
        if os.geteuid() == 0:  # as root it insists on this folder
            Path("/run/sshd").mkdir(exist_ok=True)
        for name in ("host", "client"):
            command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", home / name]
            subprocess.run(command, check=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        (home / "config").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {home}/host\n"
            f"AuthorizedKeysFile {home}/client.pub\nPidFile none\nStrictModes no\n"
            "UsePAM no\nPasswordAuthentication no\nPermitRootLogin yes\n"
            "Subsystem sftp internal-sftp\n"
        )

    @property
    def options(self):
        return {"key_filename": str(self.home / "client"), "allow_agent": False}

    def url(self, folder):
        return f"sftp://{getpass.getuser()}@127.0.0.1:{self.port}{folder}"

    def start(self):
        command = [SSHD, "-D", "-e", "-f", self.home / "config"]
        with open(self.home / "log", "ab") as log:
            self.process = subprocess.Popen(command, stderr=log)
        end = time.monotonic() + SOON
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert self.process.poll() is None, (self.home / "log").read_text()
                assert time.monotonic() < end
                time.sleep(0.02)

    def kill(self):
        """Cut every connection, as a machine that lost its power does."""
        if self.process is None:
            return
        parts = psutil.Process(self.process.pid).children(recursive=True)
        for part in [*parts, self.process]:
            part.kill()
        self.process.wait()
        self.process = None


@pytest.fixture
def server(tmp_path, monkeypatch):
    home = tmp_path / "server"
    home.mkdir()
    server = Server(home)
    monkeypatch.setitem(fsspec.config.conf, "sftp", server.options)
    try:
        server.start()
        yield server
    finally:
        server.kill()


@pytest.fixture
def place(server, tmp_path):
    place = Destination(server.url(tmp_path / "copies"))
    yield place
    if place._store is not None:
        place._store.close()


@pytest.fixture
def local(tmp_path):
    path = tmp_path / "local.npz"
    path.write_bytes(os.urandom(300_000))
    return path


def test_a_copy_comes_back_as_it_was(place, local, tmp_path):
    place.probe()
    assert place.names() == []
    digest = place.put(local, "run/checkpoints/g1.npz")
    assert digest == file_sha256(local) == place.sha256("run/checkpoints/g1.npz")
    assert place.put(b"second", "run/a.json")
    assert place.put(b"replaced", "run/a.json")
    assert place.read("run/a.json") == b"replaced"
    assert place.names() == ["run/a.json", "run/checkpoints/g1.npz"]
    assert place.names("nothing") == []
    assert place.get("run/checkpoints/g1.npz", tmp_path / "back") == digest
    place.remove("run/a.json")
    place.remove("run/a.json")
    with pytest.raises(FileNotFoundError):
        place.sha256("run/a.json")


def test_an_upload_that_is_cut_leaves_no_half_file(server, place, local, tmp_path):
    place.put(b"old", "a.npz")
    beats = []

    def cut():
        beats.append(1)
        if len(beats) == 3:
            server.kill()

    with pytest.raises(Exception, match=r".*"):  # whatever paramiko makes of it
        place.put(local, "a.npz", cut)
    assert (tmp_path / "copies" / "a.npz").read_bytes() == b"old"
    server.start()
    assert place.read("a.npz") == b"old"  # by a connection of its own
    assert [name for name in os.listdir(tmp_path / "copies") if TEMP_PREFIX in name]
    place.put(local, "run/b.npz")
    os.rename(tmp_path / "copies/a.npz", tmp_path / f"copies/run/{TEMP_PREFIX}1-a.npz")
    place.sweep("run")
    assert os.listdir(tmp_path / "copies/run") == ["b.npz"]


def test_an_upload_that_was_left_does_not_replace_a_newer_one(place, local, tmp_path):
    place.put(b"newer", "a.npz")

    def left():
        raise CallWasLeft

    with pytest.raises(CallWasLeft):
        place.put(local, "a.npz", left)
    assert os.listdir(tmp_path / "copies") == ["a.npz"]
    assert place.read("a.npz") == b"newer"


def test_a_server_that_is_not_there_or_refuses_is_named(server, place, monkeypatch):
    monkeypatch.setitem(fsspec.config.conf, "sftp", {"look_for_keys": False})
    with pytest.raises(DestinationNotUsable, match=r"Received: .*uthentication"):
        place.probe()
    server.kill()
    with pytest.raises(DestinationNotUsable, match="Received: NoValidConnectionsError"):
        place.probe()


def test_a_folder_that_cannot_be_made_is_named(server, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(
        DestinationNotUsable, match="Expected to write, read and remove"
    ):
        Destination(server.url(tmp_path / "file" / "copies")).probe()


@pytest.mark.slow
@pytest.mark.parametrize("way", ["one variable", "a variable each", "a file"])
def test_keys_and_ports_come_from_the_environment(server, tmp_path, way):
    options = {**server.options, "port": server.port, "username": getpass.getuser()}
    folder = tmp_path / "settings"
    folder.mkdir()
    if way == "one variable":
        given = {"FSSPEC_SFTP": json.dumps(options)}
    elif way == "a variable each":
        del options["allow_agent"]
        given = {f"FSSPEC_SFTP_{k.upper()}": json.dumps(v) for k, v in options.items()}
        given["FSSPEC_SFTP_KEY_FILENAME"] = options["key_filename"]
        given["FSSPEC_SFTP_USERNAME"] = options["username"]
    else:
        (folder / "sftp.json").write_text(json.dumps({"sftp": options}))
        given = {"FSSPEC_CONFIG_DIR": str(folder)}
    script = (
        "import sys\n"
        "from dist_invention.storage import Destination\n"
        "Destination(sys.argv[1]).probe()\n"
    )
    url = f"sftp://127.0.0.1{tmp_path}/copies"
    command = [sys.executable, "-c", script, url]
    subprocess.run(command, check=True, timeout=60, env={**os.environ, **given})


@pytest.mark.slow
def test_a_run_survives_a_server_that_dies_and_comes_back(server, tmp_path):
    url = server.url(tmp_path / "copies")
    told = []
    mirror = Mirror(
        "run",
        [url],
        Patience(timeout_seconds=5.0, first_wait=0.05, longest_wait=0.2),
        lambda event, **news: told.append(news["state"]),
    )
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
        assert mirror.behind == {}
        shutil.rmtree(run.path)
    run.path.mkdir()
    assert recover(run.path, [url]).step == 8
    with RunFolder.open(tmp_path / "runs", "run", ABOUT) as run:
        assert files.newest()[0]["w"][0] == 8
        manifest = run.seal({"status": "finished"})
    mirror.copy([p for p in run.path.rglob("*") if p.is_file()], run.path)
    assert mirror.verify(manifest) == {url: []}
    assert mirror.report()[0]["complete"]
    mirror.close()
