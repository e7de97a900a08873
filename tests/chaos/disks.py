"""Disks: a full one, one that fails to sync, one that is read-only."""

from contextlib import contextmanager
import os
import subprocess
import time

from attempts import expect

MEGABYTES = 24  # of the small disk


def mount(*words):
    """Run mount or umount; False where this is not allowed."""
    done = subprocess.run(words, capture_output=True, check=False)
    return done.returncode == 0


@contextmanager
def small_disk(trial):
    """Put the runs of a trial on a small disk of their own, if that is allowed."""
    trial.runs.mkdir(exist_ok=True)
    size = f"size={MEGABYTES}m"
    is_real = mount("mount", "-t", "tmpfs", "-o", size, "tmpfs", str(trial.runs))
    try:
        yield is_real
    finally:
        if is_real:
            copy = trial.folder / "copy"
            subprocess.run(["cp", "-a", str(trial.runs), str(copy)], check=True)
            mount("umount", "-l", str(trial.runs))
            subprocess.run(["cp", "-a", f"{copy}/.", str(trial.runs)], check=True)


def full_disk(trial):
    """Fill the disk during training; the run says so, and goes on with room again."""
    with small_disk(trial) as is_real:
        if is_real:
            attempt = trial.start()
            attempt.wait_for_step()
            time.sleep(trial.random.uniform(0, 1))
            ballast = trial.runs / "ballast"
            with open(ballast, "wb") as stream:
                try:
                    while True:
                        os.write(stream.fileno(), bytes(4096))
                except OSError:
                    pass  # that is what it is for
            expect(attempt, 1, "Expected", "No space left on device")
            ballast.unlink()
        else:
            lasting = {"call": "write", "when": "half", "path": "*", "do": "ENOSPC"}
            attempt = trial.start([{**lasting, "lasting": True}])
            expect(attempt, 1, "Expected", "No space left on device")
        trial.check_resume()
        trial.finish()
    return {"full_disk": 1, "how": "tmpfs" if is_real else "patched write"}


def failing_sync(trial):
    """Let fsync of a checkpoint fail once with EIO, then of a folder for good."""
    for path in ("*/checkpoints/.tmp-*", "*/checkpoints"):
        point = {"call": "fsync", "path": path, "do": "EIO", "lasting": True}
        expect(trial.start([point]), 1, "Expected", "Input/output error")
        trial.check_resume()
    trial.finish()
    return {"io_error": 2}


@contextmanager
def read_only(folder):
    """Make a folder read-only, also for root; say how it was done."""
    if mount("mount", "--bind", str(folder), str(folder)):
        mount("mount", "-o", "remount,bind,ro", str(folder))
        try:
            yield "bind mount"
        finally:
            mount("umount", "-l", str(folder))
    else:
        folder.chmod(0o555)
        try:
            yield "permissions"
        finally:
            folder.chmod(0o755)


def read_only_folder(trial):
    """Make the run folder read-only during training, then at the start."""
    attempt = trial.start()
    attempt.wait_for_step()
    time.sleep(trial.random.uniform(0, 0.5))
    with read_only(trial.run) as how:
        expect(attempt, 1, "Expected", "Read-only" if "mount" in how else "denied")
        trial.check_resume()
        expect(trial.start(), 2, "Expected")
    trial.finish()
    return {"read_only": 2, "how": how}
