"""A trial: one run that is started, broken and started again, as its own processes."""

from dataclasses import dataclass
import json
import os
from pathlib import Path
import random
import signal
import subprocess
import sys
import time

from attempts import AttackFailed, Attempt, expect
from dist_invention.storage import CheckpointFolder

HERE = Path(__file__).resolve().parent
REPO = HERE.parents[1]


@dataclass(frozen=True)
class Job:
    """One of the jobs, and the words that shorten it.

    Args:
        name: Of the script in `jobs`.
        words: Further words of its command line.
    """

    name: str
    words: tuple[str, ...] = ()


class Trial:
    """One run folder, and every process that ever worked on it.

    Args:
        job: What is run.
        folder: A fresh folder of this trial.
        seed: Of the random times.
        words: Words of each command line, as the destinations.
        variables: Variables of the environment of each process.
    """

    def __init__(self, job, folder, seed=0, words=(), variables=None):
        self.job = job
        self.folder = Path(folder)
        self.runs = self.folder / "runs"
        self.words = list(words)
        self.variables = dict(variables or {})
        self.random = random.Random(f"{seed} {folder.name}")
        self.copies = []  # folders of runs at destinations
        self.attempts = []
        self.kills = 0  # SIGKILLs at random times, each after a first new step
        self.expected = 0  # step of the newest good checkpoint as an attempt began
        self._opened = 0  # attempts on record by then
        self.lost = []  # resumes that fell behind a checkpoint that verifies
        self.folder.mkdir(parents=True, exist_ok=True)

    @property
    def run(self):
        """The run folder."""
        found = [p for p in self.runs.iterdir() if p.is_dir()]
        if len(found) != 1:
            raise AttackFailed(f"expected one run, there are {found}")
        return found[0]

    @property
    def newest_step(self):
        """Step of the newest checkpoint that verifies, here or in a copy; else 0."""
        places = [self.runs, *self.copies]
        found = [
            CheckpointFolder(folder).newest()
            for place in places
            for folder in place.glob("*/checkpoints")
        ]
        steps = [item[1]["about"]["place"]["global_step"] for item in found if item]
        return max(steps, default=0)

    def events(self, name=None):
        """The whole lines of the events journal, of one name if given."""
        journal = self.run / "events.jsonl"
        content = journal.read_bytes() if journal.exists() else b""
        rows = [json.loads(line) for line in content.split(b"\n")[:-1]]
        return [row for row in rows if name in (None, row["event"])]

    def has(self, name):
        """Whether the run has begun and an event is on record."""
        begun = self.runs.is_dir() and any(self.runs.glob("*/events.jsonl"))
        return begun and bool(self.events(name))

    def start(self, plan=(), words=()):
        """Start the same command again; a plan sets failpoints in the process."""
        number = len(self.attempts) + 1
        mark, log = self.folder / f"mark-{number}", self.folder / f"log-{number}.txt"
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(REPO), str(HERE / "inject")]),
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(self.folder.parent / "bytecode"),
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "DIST_INVENTION_HOME": str(self.folder / "home"),
            "CHAOS_MARK": str(mark),
            **self.variables,
        }
        if plan:
            environment["CHAOS_PLAN"] = json.dumps(list(plan))
        script = HERE / "jobs" / f"{self.job.name}.py"
        command = [sys.executable, script, *self.job.words, "--runs-dir", self.runs]
        self.expected = self.newest_step
        self._opened = len(self.events("opened")) if self.has("opened") else 0
        with open(log, "wb") as stream:
            process = subprocess.Popen(
                [*map(str, command), *self.words, *words],
                stdout=stream,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=environment,
                cwd=self.folder,
                start_new_session=True,  # so that a supervisor's worker ends with it
            )
        self.attempts.append(Attempt(process, mark, log))
        return self.attempts[-1]

    def check_resume(self):
        """Note it if the last attempt began before the newest good checkpoint."""
        rows = self.events()
        opened = [i for i, row in enumerate(rows) if row["event"] == "opened"]
        if len(opened) == self._opened:
            return  # it was refused, or the run was finished before
        rows = rows[opened[-1] :]
        steps = [row["step"] for row in rows if row["event"] == "resumed"]
        if steps and steps[-1] < self.expected:
            self.lost.append(f"resumed at {steps[-1]}, {self.expected} was saved")
        if not steps and self.expected and self.attempts[-1].has_stepped():
            self.lost.append(f"began anew, {self.expected} was saved")

    def kill_at_random(self, longest=2.0):
        """Start, kill at a random time after the first new step; False if it ended."""
        attempt = self.start()
        if not attempt.wait_for_step():
            return self._ended_before(attempt)
        time.sleep(self.random.uniform(0, longest))
        attempt.send(signal.SIGKILL)
        if attempt.end() != -signal.SIGKILL:
            return self._ended_before(attempt)
        self.kills += 1
        self.check_resume()
        return True

    def finish(self, code=0):
        """Start once more and let it end, as it must."""
        attempt = self.start()
        expect(attempt, code)
        self.check_resume()
        return attempt

    def destroy(self):
        """End every process that is still there."""
        for attempt in self.attempts:
            attempt.destroy()

    def _ended_before(self, attempt):
        code = attempt.end()
        if code != 0:
            raise AttackFailed(f"exit {code} before the kill: {attempt.last()}")
        return False
