"""Who holds this machine's memory: the largest processes on the host and on the GPU."""

from collections.abc import Iterable
import os
import subprocess
from typing import Any

import psutil

MIB = 1024 * 1024
SMI_SECONDS = 5.0  # a card that is in trouble lets nvidia-smi hang
LARGEST = 5

Row = dict[str, Any]


def describe_processes() -> dict[str, list[Row]]:
    """Return the largest processes as plain JSON values.

    Returns:
        `host` and `device`, each a list of `pid`, `name`, `mebibytes` and `ours`
        (this process or a child of it), the largest first. Command lines are left
        out, since they hold passwords. `device` is empty without nvidia-smi, and
        inside containers that hide other processes.

    Example:
        >>> sorted(describe_processes())
        ['device', 'host']
    """
    return {"host": host_processes(), "device": device_processes()}


def host_processes(count: int = LARGEST) -> list[Row]:
    """Return the processes that hold most host memory.

    Pages that processes share are counted at each of them. Processes of other users
    are listed where the system tells their size.

    Args:
        count: How many at most.
    """
    ours = _our_pids()
    rows = []
    fields = ["pid", "name", "memory_info"]
    for process in psutil.process_iter(fields, ad_value=None):
        info = process.info
        if info["memory_info"] is None:  # the system does not tell
            continue
        rows.append(
            {
                "pid": info["pid"],
                "name": info["name"] or "unknown",
                "mebibytes": round(info["memory_info"].rss / MIB, 1),
                "ours": info["pid"] in ours,
            }
        )
    return _largest(rows, count)


def device_processes(
    count: int = LARGEST, seconds: float = SMI_SECONDS, card: str | None = None
) -> list[Row]:
    """Return the processes that hold most memory of NVIDIA GPUs.

    Args:
        count: How many at most.
        seconds: Longest wait for nvidia-smi.
        card: Index or identifier of one card; all cards if left out.

    Returns:
        Nothing where nvidia-smi is missing, fails or hangs. `mebibytes` is `None`
        where the driver does not tell.
    """
    words = ["--query-compute-apps=pid,process_name,used_memory"]
    words += [] if card is None else [f"--id={card}"]
    ours = _our_pids()
    rows = []
    for line in _nvidia_smi(words, seconds):
        pid, _, rest = line.partition(",")
        name, _, used = rest.rpartition(",")  # a name may hold commas
        if not pid.strip().isdigit():
            continue
        rows.append(
            {
                "pid": int(pid),
                "name": os.path.basename(name.strip()) or "unknown",
                "mebibytes": _number(used),
                "ours": int(pid) in ours,
            }
        )
    return _largest(rows, count)


def card_limit_mebibytes(seconds: float = SMI_SECONDS) -> float | None:
    """Return what other processes leave of the first visible NVIDIA GPU, in MiB.

    Args:
        seconds: Longest wait for each of two questions to nvidia-smi.

    Returns:
        `None` where nvidia-smi does not answer.
    """
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",")[0].strip()
    card = visible or "0"
    lines = _nvidia_smi(["--query-gpu=memory.total", f"--id={card}"], seconds)
    total = _number(lines[0]) if lines else None
    if total is None:
        return None
    rows = device_processes(10**6, seconds, card)
    return total - sum(row["mebibytes"] or 0.0 for row in rows if not row["ours"])


def visible_cards(seconds: float = SMI_SECONDS) -> list[str]:
    """Return index or identifier of each NVIDIA GPU that a run may use.

    Args:
        seconds: Longest wait for nvidia-smi.

    Returns:
        What CUDA_VISIBLE_DEVICES says where it is set, else all cards; nothing where
        nvidia-smi does not answer.
    """
    told = os.environ.get("CUDA_VISIBLE_DEVICES")
    if told is None:
        return [line.strip() for line in _nvidia_smi(["--query-gpu=index"], seconds)]
    cards = [card.strip() for card in told.split(",")]
    hidden = [n for n, card in enumerate(cards) if card in ("", "-1", "NoDevFiles")]
    return cards[: hidden[0]] if hidden else cards


def _our_pids() -> set[int]:
    here = psutil.Process()
    return {here.pid, *(child.pid for child in here.children(recursive=True))}


def _largest(rows: Iterable[Row], count: int) -> list[Row]:
    return sorted(rows, key=lambda row: -(row["mebibytes"] or 0.0))[:count]


def _number(text: str) -> float | None:
    """A number that nvidia-smi wrote; it says `[N/A]` where it knows none."""
    try:
        return float(text)
    except ValueError:
        return None


def _nvidia_smi(words: list[str], seconds: float) -> list[str]:
    """The lines of an answer; none where the tool is missing, fails or hangs."""
    command = ["nvidia-smi", *words, "--format=csv,noheader,nounits"]
    quiet = subprocess.DEVNULL
    try:
        process = subprocess.Popen(
            command, stdin=quiet, stdout=subprocess.PIPE, stderr=quiet, text=True
        )
    except OSError:  # no NVIDIA driver here
        return []
    try:
        said, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        _abandon(process)
        return []
    return said.splitlines() if process.returncode == 0 else []


def _abandon(process: subprocess.Popen) -> None:
    """Kill a process without waiting for it: one stuck in a driver never ends."""
    process.kill()
    try:
        process.wait(timeout=1.0)
    except subprocess.TimeoutExpired:
        process.returncode = -9  # nobody waits for it any more
    if process.stdout is not None:
        process.stdout.close()
