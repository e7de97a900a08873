"""Damage to the newest checkpoint between two attempts: the one before it serves."""

import shutil
import zipfile

from attempts import AttackFailed
from dist_invention.storage import CheckpointFolder, read_arrays, write_arrays


def flip(path, random):
    """Change one bit, anywhere."""
    content = bytearray(path.read_bytes())
    content[random.randrange(len(content))] ^= 1 << random.randrange(8)
    path.write_bytes(content)


def truncate(path, random):
    """Cut the file at a random place."""
    content = path.read_bytes()
    path.write_bytes(content[: random.randrange(1, len(content))])


def empty(path, random):
    """Leave a file of zero bytes."""
    path.write_bytes(b"")


def drop_member(path, random):
    """Leave one member of the archive out."""
    with zipfile.ZipFile(path) as archive:
        comment = archive.comment
        members = {name: archive.read(name) for name in archive.namelist()}
    members.pop(random.choice(sorted(members)))
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.comment = comment


def zeros_in_the_middle(path, random):
    """Lose a block, as a disk without power does."""
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 4096] = bytes(len(content[middle : middle + 4096]))
    path.write_bytes(content)


KINDS = (flip, truncate, empty, drop_member, zeros_in_the_middle)


def damaged(trial, kinds=KINDS):
    """Kill, damage the newest checkpoint, go on; once for each kind of damage."""
    waiting = list(kinds)
    while waiting:
        if not trial.kill_at_random():
            raise AttackFailed(f"it ended before {[kind.__name__ for kind in waiting]}")
        files = CheckpointFolder(trial.run / "checkpoints")
        newest = files.newest()
        if newest is None or files.newest(before=step_of(newest)) is None:
            continue  # the last good one is left alone
        waiting.pop(0)(newest[2], trial.random)
        refuse_readable(newest[2])
    trial.finish()
    rejected = trial.events("checkpoint_rejected")
    if len(rejected) < len(kinds):
        raise AttackFailed(f"{len(rejected)} rejections on record of {len(kinds)}")
    return {"damaged": len(kinds)}


def step_of(found):
    """The step of a checkpoint, as `newest` returns it."""
    return found[1]["about"]["place"]["global_step"]


def foreign(trial, other):
    """Put the checkpoint of another run in the place of the newest one."""
    trial.kill_at_random()
    files = CheckpointFolder(trial.run / "checkpoints")
    theirs = CheckpointFolder(other / "checkpoints")
    arrays, manifest = read_arrays(theirs.file(theirs.steps[-1]))
    about = {**manifest["about"], "config_sha256": "0" * 64}
    write_arrays(files.file(files.steps[-1]), arrays, about)
    attempt = trial.start()
    code = attempt.end()
    if code != 0:  # refused, and named: take it out as the message says
        if code != 2 or files.file(files.steps[-1]).name not in attempt.said():
            raise AttackFailed(f"exit {code}: {attempt.last()}")
        shutil.move(files.file(files.steps[-1]), trial.folder)
        trial.finish()
    return {"foreign": 1}


def refuse_readable(path):
    """Make sure that the damage was damage."""
    try:
        read_arrays(path)
    except (ValueError, OSError):
        return
    raise AttackFailed(f"the damage to {path.name} was none")
