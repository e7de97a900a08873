"""Which attacks there are, on which job, in which order."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import damage
import disks
import kills
import places
import stops
import supervised
from trials import Job

REGRESSION, SEQUENCE, CARRY = Job("regression"), Job("sequence"), Job("carry")
JOBS = (REGRESSION, SEQUENCE, CARRY)
SPOILED = Job("regression", ("--epochs", "1"))  # the bad example comes once
SHORT = (Job("regression", ("--epochs", "5")), Job("carry", ("--epochs", "1")))


@dataclass(frozen=True)
class Attack:
    """One attack on one job.

    Args:
        name: What it does.
        run: Takes the trial; returns counts by kind, and what else is worth a word.
        job: What is attacked.
        options: Further arguments of `run`.
        needs: Names of further arguments: `other`, a finished run of another job;
            `control`, a second trial of the same job; `second`, one that becomes the
            run to compare with.
        variables: Environment of every process.
        waits: Whether it spends most of its time waiting.
    """

    name: str
    run: Callable[..., dict[str, Any]]
    job: Job
    options: dict[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    variables: dict[str, str] = field(default_factory=dict)
    waits: bool = False


def full(rounds=2, times=8):
    """Every attack."""
    return [
        *destinations(),
        *(
            Attack(
                f"random kills {number + 1}", kills.random_kills, job, {"times": times}
            )
            for number in range(rounds)
            for job in JOBS
        ),
        *(
            Attack(f"failpoints: {name}", kills.failpoints, job, {"group": name})
            for name, job in (
                ("checkpoint", REGRESSION),
                ("journal", SEQUENCE),
                ("start and resume", CARRY),
                ("stage end and seal", CARRY),
            )
        ),
        *others(),
    ]


def others():
    """Damage, disks, signals, NaN, memory and the supervisor."""
    return [
        Attack("kills at start", kills.kills_at_start, REGRESSION),
        Attack("damaged checkpoints", damage.damaged, SEQUENCE),
        Attack("foreign checkpoint", damage.foreign, CARRY, needs=("other",)),
        Attack("full disk", disks.full_disk, REGRESSION),
        Attack("fsync fails", disks.failing_sync, CARRY),
        Attack("read-only folder", disks.read_only_folder, SEQUENCE),
        Attack("SIGTERM", stops.terminated, REGRESSION),
        Attack("SIGTERM outside training", stops.terminated_outside, CARRY),
        Attack("two writers", stops.two_writers, SEQUENCE),
        Attack(
            "NaN in one batch",
            stops.not_a_number,
            SPOILED,
            needs=("second",),
            variables={"CHAOS_NAN": "1"},
        ),
        Attack("supervisor: kills", supervised.kills_of_workers, CARRY),
        Attack("supervisor: stopped", supervised.stopped_supervisor, REGRESSION),
        Attack("out of memory", supervised.out_of_memory, SEQUENCE),
        Attack(
            "supervisor: out of memory", supervised.out_of_memory_supervised, SEQUENCE
        ),
    ]


def destinations():
    """Bad destinations, and runs that lie only at a good one."""
    return [
        *(
            Attack(
                f"destination: {kind}",
                places.bad_destination,
                CARRY,
                {"kind": kind},
                ("control",),
                waits=True,
            )
            for kind in places.KINDS
        ),
        Attack(
            "kills, bad destinations",
            places.kills_and_bad_destinations,
            SEQUENCE,
            waits=True,
        ),
        Attack("folder deleted", places.folder_deleted, REGRESSION),
        Attack("deleted, a liar", places.folder_deleted, CARRY, {"has_liar": True}),
    ]


def quick():
    """What fits into two minutes."""
    regression, carry = SHORT
    return [
        Attack("random kills", kills.random_kills, regression, {"times": 3}),
        Attack("random kills", kills.random_kills, carry, {"times": 3}),
        Attack("failpoints", kills.failpoints, carry, {"group": "quick"}),
        Attack(
            "damaged checkpoints",
            damage.damaged,
            regression,
            {"kinds": (damage.flip, damage.empty)},
        ),
        Attack("SIGTERM", stops.terminated, carry, {"moments": stops.MOMENTS[2:4]}),
    ]
