"""Kill, damage and starve real runs; count how many end as if nothing had happened.

`python tests/chaos/chaos.py` does all of it; `--quick` what fits into two minutes.
The last line is one JSON object. Exit code 1 says that something was lost or differs.
"""

import argparse
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
import json
import logging
from pathlib import Path
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
from typing import Any

from attacks import JOBS, SHORT, Attack, full, quick
from attempts import AttackFailed
from compare import differences
from trials import Trial

WORKERS = 2


@dataclass
class Outcome:
    """What came of one attack."""

    attack: Attack
    kills: int = 0
    is_good: bool = False
    is_compared: bool = True  # else it had to end, with other bits
    lost: list[str] = field(default_factory=list)
    counts: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    attempts: int = 0
    detail: str = ""


class Chaos:
    """All attacks on all jobs, within a time.

    Args:
        work: A folder for everything.
        seed: Of the random times.
        minutes: After which no attack is begun.
    """

    def __init__(self, work, seed, minutes):
        self.work = work
        self.seed = seed
        self.end = time.monotonic() + 60 * minutes
        self.trials = []
        self.references = {}
        self.outcomes = []
        self.left_out = []
        self.lock = threading.Lock()

    def run(self, attacks, jobs):
        """Make the references, then attack: two at a time, and one that mostly waits.

        Raises:
            AttackFailed: If an uninterrupted run does not end.
        """
        with ThreadPoolExecutor(WORKERS) as busy, ThreadPoolExecutor(1) as idle:
            try:
                list(busy.map(self.reference, jobs))
                print(f"{len(jobs)} uninterrupted runs are there to compare with\n")
                pools = [idle if attack.waits else busy for attack in attacks]
                begun = [
                    pool.submit(self.attack, attack)
                    for pool, attack in zip(pools, attacks, strict=True)
                ]
                for future in begun:
                    future.result()
            except BaseException:  # also Ctrl-C and SIGTERM: leave no process behind
                self.end = 0.0
                for trial in self.trials:
                    trial.destroy()
                raise

    def trial(self, name, job, variables=None):
        """A trial in a fresh folder."""
        folder = self.work / f"{name}-{job.name}".replace(" ", "-").replace(":", "")
        trial = Trial(job, folder, self.seed, variables=variables)
        self.trials.append(trial)
        return trial

    def reference(self, job):
        """A run that nothing interrupts."""
        trial = self.trial("reference", job)
        try:
            trial.finish()
        finally:
            trial.destroy()
        self.references[job] = trial.run

    def attack(self, attack):
        """Attack once, compare, and say what came of it."""
        if time.monotonic() > self.end:
            self.left_out.append(f"{attack.name} ({attack.job.name})")
            return
        outcome, begin = Outcome(attack), time.monotonic()
        trial = self.trial(attack.name, attack.job, attack.variables)
        try:
            wanted, given = self._needed(attack)
            outcome.counts = attack.run(trial, **attack.options, **given)
            outcome.is_compared = outcome.counts.pop("compared", True)
            found = differences(trial.run, wanted()) if outcome.is_compared else []
            outcome.is_good = not found and not trial.lost
            outcome.detail = "; ".join(found[:5])
        except AttackFailed as error:
            outcome.detail = str(error)
        except Exception:  # a defect of the harness is no reason to lose the table
            outcome.detail = traceback.format_exc(limit=-3)
        finally:
            trial.destroy()
        outcome.lost, outcome.kills = trial.lost, trial.kills
        outcome.attempts = len(trial.attempts)
        outcome.seconds = time.monotonic() - begin
        if outcome.is_good:
            shutil.rmtree(trial.folder, ignore_errors=True)
        else:
            outcome.detail += f"  [{trial.folder}]"
        with self.lock:
            self.outcomes.append(outcome)
            print(row(outcome), flush=True)

    def _needed(self, attack):
        """Return the run to compare with, once it is there, and what was asked for."""
        reference = self.references.get(attack.job)
        given = {}
        if "control" in attack.needs:
            name = f"{attack.name} control"
            given["control"] = self.trial(name, attack.job, attack.variables)
        if "other" in attack.needs:
            others = (run for job, run in self.references.items() if job != attack.job)
            given["other"] = next(others)
        if "second" in attack.needs:
            second = self.trial(f"{attack.name} second", attack.job, attack.variables)
            given["reference"] = second
            return lambda: second.run, given
        return lambda: reference, given


def row(outcome):
    """One line of the table."""
    numbers = [f"{k}={v}" for k, v in outcome.counts.items()]
    words = [*numbers, *outcome.lost, outcome.detail]
    verdict = "identical" if outcome.is_compared else "ended"
    return (
        f"{verdict if outcome.is_good else 'FAILED':10}"
        f"{outcome.attack.name:32}{outcome.attack.job.name:12}"
        f"{outcome.kills:3d} kills {outcome.attempts:3d} attempts "
        f"{outcome.seconds:6.1f} s  {'; '.join(word for word in words if word)}"
    )


def summary(chaos, seconds):
    """Everything that was counted."""
    outcomes = chaos.outcomes
    kinds = Counter()
    for outcome in outcomes:
        if outcome.is_good:
            kinds.update(
                {k: v for k, v in outcome.counts.items() if isinstance(v, int)}
            )
    same = [o for o in outcomes if o.is_good and o.is_compared]
    bad = [f"{o.attack.name} ({o.attack.job.name})" for o in outcomes if not o.is_good]
    return {
        "kills": sum(o.kills for o in outcomes),
        "identical": sum(o.kills for o in same),
        "lost": sum(len(o.lost) for o in outcomes),
        **kinds,
        "runs": len(outcomes),
        "runs_identical": len(same),
        "attempts": sum(o.attempts for o in outcomes),
        "failed": bad,
        "left_out": chaos.left_out,
        "seed": chaos.seed,
        "seconds": round(seconds),
    }


def main():
    """Read the command line, attack, print, exit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="what fits in two minutes")
    parser.add_argument("--minutes", type=float, help="begin nothing after these")
    parser.add_argument("--seed", type=int, default=0, help="of the random times")
    parser.add_argument("--only", default="", help="pattern of the names to attack by")
    asked = parser.parse_args()
    logging.getLogger("dist_invention").setLevel(logging.ERROR)  # we do the damage
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    signal.signal(signal.SIGINT, signal.default_int_handler)  # for the runs, too
    begin = time.monotonic()
    work = Path(tempfile.mkdtemp(prefix="chaos-"))
    minutes = asked.minutes or (2 if asked.quick else 25)
    chaos = Chaos(work, asked.seed, minutes)
    attacks = [
        a for a in (quick() if asked.quick else full()) if re.search(asked.only, a.name)
    ]
    found = {"failed": ["an uninterrupted run"]}
    try:
        chaos.run(attacks, SHORT if asked.quick else JOBS)
        found = summary(chaos, time.monotonic() - begin)
    except AttackFailed as error:
        print(error)
    is_sound = not found["failed"] and (asked.quick or not found["left_out"])
    if is_sound:
        shutil.rmtree(work)
    print("\n" + json.dumps(found))
    sys.exit(0 if is_sound else 1)


if __name__ == "__main__":
    main()
