"""Other processes that hold memory are named; a tool that is not there is no error."""

import os
import subprocess
import sys
import time

from dist_invention.runtime.processes import (
    card_limit_mebibytes,
    describe_processes,
    device_processes,
    host_processes,
    visible_cards,
)
import psutil
import pytest


@pytest.fixture
def smi(tmp_path, monkeypatch):
    """Return what puts a small script in the place of nvidia-smi."""

    def install(*lines):
        script = tmp_path / "nvidia-smi"
        script.write_text("\n".join(("#!/bin/sh", *lines)) + "\n")
        script.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
        return tmp_path

    return install


def test_the_largest_processes_come_first_and_ours_are_marked():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        rows = host_processes(count=10**6)
    finally:
        child.communicate(b"\n")
    sizes = [row["mebibytes"] for row in rows]
    assert sizes == sorted(sizes, reverse=True)
    known = {row["pid"]: row for row in rows}
    assert known[os.getpid()]["ours"]
    assert known[child.pid]["ours"]
    assert not known[os.getppid()]["ours"]
    assert known[os.getpid()]["mebibytes"] > 10
    assert len(host_processes(count=2)) == 2


def test_a_process_whose_size_is_secret_is_passed_over(monkeypatch):
    real = psutil.process_iter

    def denied(fields, ad_value):
        for process in real(fields, ad_value=ad_value):
            if process.info["pid"] != os.getpid():
                process.info["memory_info"] = ad_value  # as on macOS without rights
            yield process

    monkeypatch.setattr(psutil, "process_iter", denied)
    assert [row["pid"] for row in host_processes()] == [os.getpid()]


def test_no_command_line_is_kept_since_it_may_hold_a_password():
    rows = describe_processes()["host"]
    assert {name for row in rows for name in row} == {
        *("pid", "name", "mebibytes", "ours")
    }


def test_without_nvidia_smi_nothing_is_on_the_device(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert describe_processes()["device"] == []
    assert card_limit_mebibytes() is None


def test_processes_on_the_card_are_listed_with_their_memory(smi):
    smi(
        f"echo '{os.getpid()}, /usr/bin/python3.11, 1200'",
        "echo '77, /opt/a, b/serve, 30211'",
        "echo '78, [Not Found], [N/A]'",
        "echo 'No running processes found'",
    )
    assert device_processes() == [
        {"pid": 77, "name": "serve", "mebibytes": 30211.0, "ours": False},
        {"pid": os.getpid(), "name": "python3.11", "mebibytes": 1200.0, "ours": True},
        {"pid": 78, "name": "[Not Found]", "mebibytes": None, "ours": False},
    ]


def test_the_limit_of_a_card_is_what_others_leave(smi, monkeypatch):
    folder = smi(
        'echo "$*" >> "$(dirname "$0")/asked"',
        'case "$1" in',
        "--query-gpu=*) echo 40960;;",
        f"*) echo '{os.getpid()}, python, 1000'; echo '77, serve, 10000';;",
        "esac",
    )
    assert card_limit_mebibytes() == 40960 - 10000
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "GPU-2,GPU-3")
    assert card_limit_mebibytes() == 40960 - 10000
    asked = (folder / "asked").read_text().splitlines()
    assert all("--id=0" in line for line in asked[:2])
    assert all("--id=GPU-2" in line for line in asked[2:])


@pytest.mark.parametrize("lines", [["exit 9"], ["echo 1; exit 9"], ["echo '[N/A]'"]])
def test_a_tool_that_fails_is_no_error(smi, lines):
    smi(*lines)
    assert device_processes() == []
    assert card_limit_mebibytes() is None


@pytest.mark.parametrize("line", ["exec sleep 30", "trap '' TERM; sleep 30"])
def test_a_tool_that_hangs_is_left_alone(smi, line):
    smi(line)
    begin = time.monotonic()
    assert device_processes(seconds=0.1) == []
    assert time.monotonic() - begin < 5


def test_a_tool_that_cannot_even_be_killed_is_left_alone(smi, monkeypatch):
    smi("sleep 2")
    monkeypatch.setattr(subprocess.Popen, "kill", lambda self: None)
    begin = time.monotonic()
    assert device_processes(seconds=0.1) == []
    assert time.monotonic() - begin < 2


@pytest.mark.parametrize(
    ("told", "cards"),
    [(None, ["0", "1"]), ("GPU-2, 3", ["GPU-2", "3"]), ("", []), ("4,-1,5", ["4"])],
)
def test_cards_are_those_that_a_run_may_use(smi, monkeypatch, told, cards):
    smi("echo 0; echo 1")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if told is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", told)
    assert visible_cards() == cards


def test_without_the_tool_there_is_no_card(smi, monkeypatch):
    smi("exit 9")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert visible_cards() == []
