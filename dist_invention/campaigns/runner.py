"""A campaign: many runs, one question; started again, it repeats nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
import logging
from pathlib import Path
import time
from typing import Any

from dist_invention.campaigns.attempt import Attempt, end, ended, start
from dist_invention.campaigns.executor import Executor, ExecutorNotReady
from dist_invention.campaigns.finished import FinishedRun
from dist_invention.campaigns.graph import ancestors, check_graph
from dist_invention.campaigns.heartbeat import Heartbeat
from dist_invention.campaigns.listening import Listening
from dist_invention.campaigns.local_pool import LocalPool
from dist_invention.campaigns.orphans import stop_orphans
from dist_invention.campaigns.outcome import Outcome, StepResult
from dist_invention.campaigns.plan import Plan, done_before, make_plan
from dist_invention.campaigns.record import CampaignRecord
from dist_invention.campaigns.step import Step
from dist_invention.storage import check_writable
from dist_invention.storage.lock import FolderLock

STOP_SECONDS = 24.0  # that processes have to save once a signal has come
POLL = 0.1  # seconds between two looks
RETRIES = 3  # of a process that stopped early without being asked to

log = logging.getLogger(__name__)


class Campaign:
    """Run steps in the order they wait for each other; go on where a kill left it.

    A step is done if its folder holds a sealed run of the same command and script
    that matches its manifest; it is not started then. The others are started, and
    those begun before resume by themselves. In the folder:

    ```
    campaign.json    each step: status, command, decisions, run, evidence
    events.jsonl     what happened when, over all commands
    <step>/          --runs-dir of the step: output.log and its run folder
    ```

    Args:
        folder: The campaign's folder, made where it is missing.
        steps: What to run.
        executor: What starts the processes; a `LocalPool` if left out.
        about: Plain JSON values for campaign.json, such as the question.
        say: Shows one line of progress; the log if left out.
        max_hours: Stop cleanly after this many hours; start again to go on.

    Raises:
        CycleFound: If steps wait for each other in a circle.
        UnknownStep: If a step waits for one that is not there.
        ValueError: If two steps have one name or one folder.

    Example:
        >>> Campaign("runs/lr", [Step("a", ("train.py",))]).run()  # doctest: +SKIP
    """

    def __init__(
        self,
        folder: Path | str,
        steps: Sequence[Step],
        executor: Executor | None = None,
        about: Mapping[str, Any] | None = None,
        say: Callable[[str], None] = log.info,
        max_hours: float | None = None,
    ):
        self.folder, self.steps, self.say = Path(folder), list(steps), say
        check_graph(self.steps, self.folder)
        self.executor = LocalPool() if executor is None else executor
        self.about = dict(about or {})
        self._listening = Listening(max_hours)
        self._is_ready = False  # the executor
        self._is_ending = False
        self._plans: dict[str, Plan] = {}  # of steps whose command is known
        self._alive: dict[str, Attempt] = {}
        self._results: dict[str, StepResult] = {}
        self._runs: dict[str, FinishedRun] = {}

    def run(self) -> Outcome:
        """Run what is not done; return how each step ended. Call it once.

        SIGTERM, SIGHUP and Ctrl-C are passed on to the processes, which save; within
        30 s this returns, and the exit code is 75. A step that fails does not end it.

        Raises:
            RunLocked: If another process runs this campaign.
            ExecutorNotReady: If the executor cannot start.
            FolderNotWritable: If nothing can be saved in the folder.
            CorruptFile: If campaign.json is damaged.
        """
        check_writable(self.folder)
        lock = FolderLock(self.folder)
        lock.acquire()
        try:
            self._record = CampaignRecord(self.folder, self.about)
            self._record.event("opened", steps=[step.name for step in self.steps])
            self.executor.take_up(self._record.earlier.get("executor", {}))
            with self._listening:
                stop_orphans(self.folder, self.say)
                self._follow()
                return self._close()
        finally:
            lock.release()

    def _follow(self) -> None:
        """Turn until nothing is left to do, or until it should stop."""
        heart = Heartbeat(self.say)
        try:
            while not self._listening.why and len(self._results) < len(self.steps):
                before = len(self._results)
                for name in list(self._alive):
                    self._look(name)
                for step in self.steps:
                    if step.name not in (*self._results, *self._alive):
                        self._consider(step)
                if len(self._results) == before:
                    time.sleep(POLL)
                    heart.beat(self._alive.values())
        finally:  # no process is left behind, come what may
            self._end_all()
            self.executor.close()

    def _consider(self, step: Step) -> None:
        """Do what can be done for a step that has neither process nor result."""
        waits_for = [self._results.get(name) for name in step.after]
        for result in waits_for:
            if result is not None and result.status != "finished":
                self._conclude(StepResult.kept_back(step.name, result))
                return
        if None in waits_for:
            return
        if step.name not in self._plans:
            self._decide(step)
        if step.name in self._plans and step.name not in self._results:
            self._start(self._plans[step.name])

    def _decide(self, step: Step) -> None:
        """Find out what a step would start, and whether that is needed at all."""
        names = ancestors(self.steps, step.name)
        runs = {name: self._runs[name] for name in names}
        plan = make_plan(step, runs, self.folder)
        for decision in plan.decisions:
            self._record.event("decided", step=step.name, **decision.as_json())
            self.say(f"{step.name}: {decision.choice}: {decision.reason}")
        if isinstance(plan, StepResult):
            self._conclude(plan)
            return
        self._plans[step.name] = plan
        run = done_before(plan, self._record.known_run(step.name))
        if run is not None:
            found = replace(plan.result(), status="finished", run=run.folder)
            self._conclude(replace(found, was_done=True), run)

    def _start(self, plan: Plan) -> None:
        """Start a step's process if there is room for it."""
        if not self._is_ready:
            self.executor.start()
            self._listening.again()  # Ray takes SIGTERM for itself
            self._is_ready = True
        if not self.executor.has_room():
            return
        name = plan.step.name
        try:
            attempt = start(plan, self.executor, self.folder)
        except (OSError, ExecutorNotReady) as error:
            self._conclude(plan.result().failed(str(error)))
            return
        self._alive[name] = attempt
        where = attempt.handle.where()
        self._record.event("started", step=name, command=plan.words, **where)
        self.say(f"{name}: started; it speaks in {plan.log}")
        self._write("running")

    def _look(self, name: str) -> None:
        """Take in how a process ended, if it has."""
        attempt = self._alive[name]
        try:
            code = attempt.handle.poll()
        except ExecutorNotReady as error:
            self._conclude(attempt.known().failed(str(error)))
            return
        if code is None:
            return
        is_stopping = self._is_ending or bool(self._listening.why)
        result, run = ended(attempt, code, is_stopping)
        tries = attempt.plan.tries + 1
        if result.status != "stopped" or is_stopping or tries > RETRIES:
            self._conclude(result, run)
            return
        del self._alive[name]
        kept = replace(attempt.plan, tries=tries, seconds=result.seconds)
        self._plans[name] = kept
        self._record.event("again", step=name, tries=tries, why=result.evidence[0])
        self.say(f"{name}: {result.evidence[0]} without being asked to; once more")

    def _conclude(self, result: StepResult, run: FinishedRun | None = None) -> None:
        """Write down how a step ended."""
        self._alive.pop(result.name, None)
        self._results[result.name] = result
        if run is not None:
            self._runs[result.name] = run
        about = self._record.relative(result.as_json())
        about.pop("name")
        self._record.event("ended", step=result.name, **about)
        self._write("running")
        for line in result.lines():
            self.say(line)

    def _end_all(self) -> None:
        """Let all processes save and end; kill those that do not."""
        if not self._alive:
            return
        self._is_ending = True
        self.say(f"{len(self._alive)} runs save and end")
        killed = end(self._alive.values(), STOP_SECONDS)
        for name, attempt in list(self._alive.items()):
            if attempt in killed:
                why = f"it did not end within {STOP_SECONDS:.0f} s and was killed"
                known = replace(attempt.known(), status="stopped", evidence=(why,))
                self._conclude(known)
            else:
                self._look(name)

    def _close(self) -> Outcome:
        """Write down and say how it all ended."""
        is_whole = len(self._results) == len(self.steps) and not self._is_ending
        why = "" if is_whole else self._listening.why
        for step in self.steps:
            if step.name not in self._results:
                plan = self._plans.get(step.name)
                known = plan.result() if plan else StepResult(step.name, "not started")
                status = "stopped" if known.seconds else "not started"
                known = replace(known, status=status, evidence=(why,))
                self._results[step.name] = known
        outcome = Outcome({s.name: self._results[s.name] for s in self.steps}, why)
        self._record.event("closed", status=outcome.word, why=why)
        self._write(outcome.word)
        for line in outcome.lines():
            self.say(line)
        return outcome

    def _write(self, status: str) -> None:
        alive = {name: attempt.known() for name, attempt in self._alive.items()}
        executor = self.executor.as_json()
        self._record.write(status, executor, self.steps, self._results, alive)
