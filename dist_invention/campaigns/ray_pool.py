"""Processes on a Ray cluster; needs the extra `ray`."""

from collections.abc import Mapping, Sequence
import importlib
import logging
import os
from pathlib import Path
from typing import Any

from dist_invention.campaigns import machine
from dist_invention.campaigns.executor import ExecutorNotReady
from dist_invention.campaigns.ray_child import RayChild
from dist_invention.campaigns.ray_keeper import Keeper, first_line

START_SECONDS = 60.0
CLOSE_SECONDS = 20.0
STORE_BYTES = 100 * 1024**2  # nothing but exit codes goes through it
MIB = 1024**2
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",  # tell nobody
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # without a warning
}
# Of this environment, what decides how a run computes; the rest is each machine's own.
TOLD = ("KERAS_", "TF_", "XLA_", "JAX_", "DIST_INVENTION_", "PYTHONPATH")


class RayProcess:
    """A process below a Ray worker.

    Args:
        ray: The module.
        child: Actor that starts it.
        end: Reference to its exit code.
    """

    def __init__(self, ray: Any, child: Any, end: Any):
        self._ray, self._child, self._end = ray, child, end
        self._code: int | None = None

    def poll(self) -> int | None:
        """Return its exit code, `None` while it lives or waits for a place.

        Raises:
            ExecutorNotReady: If its Ray worker is gone, or could not start it.
        """
        if self._code is None and self._ray.wait([self._end], timeout=0)[0]:
            try:
                self._code = int(self._ray.get(self._end))
            except self._ray.exceptions.RayError as error:
                cause = getattr(error, "cause", None) or error
                raise ExecutorNotReady(
                    "Expected the Ray worker of a run to live as long as the run. "
                    f"Received: {type(cause).__name__}: {first_line(cause)}. "
                    "The same command starts the run again, which resumes."
                ) from error
            self._ray.kill(self._child)  # gives its place back
        return self._code

    def stop(self) -> None:
        """Ask it to save and to end."""
        if self._code is None:
            self._child.stop.remote()

    def kill(self) -> None:
        """End it at once."""
        if self._code is None:
            self._child.kill.remote()

    def where(self) -> dict[str, Any]:
        """Return the name that Ray has for it; the machine is Ray's choice."""
        return {"ray_actor": self._child._actor_id.hex()}


class RayPool:
    """Run each process under a Ray worker, on this machine or on a cluster.

    The script is started as ever, as a subprocess; Ray only finds a place for it, and
    its training wrappers are not involved. All machines of a cluster need this
    package, the same paths and one shared folder of runs. KERAS_, TF_, XLA_, JAX_ and
    our own variables are passed on.

    Args:
        address: Of a running cluster that this machine belongs to, `auto` or as in
            `10.0.0.1:6379` (with RAY_AUTH_MODE=token where it asks for a token); a
            cluster on this machine, while the campaign lasts, if left out.
        workers: Processes at a time; what cores, memory and cards allow if left out.
        threads: Threads, and Ray CPUs, of each process.
        start_seconds: Longest wait for Ray to be ready.

    Raises:
        ValueError: If a number is under 1.

    Example:
        >>> RayPool(workers=2).as_json()["executor"]
        'ray'
    """

    def __init__(
        self,
        address: str | None = None,
        workers: int | None = None,
        threads: int | None = None,
        start_seconds: float = START_SECONDS,
    ):
        machine.check_share(workers, threads)
        self.address, self.workers, self.threads = address, workers, threads
        self.start_seconds = start_seconds
        self._ray: Any = None
        self._version: str | None = None
        self._keeper: Keeper | None = None
        self._cards = 0
        self._alive: list[RayProcess] = []

    def start(self) -> None:
        """Find Ray, or start it on this machine, and share it out.

        Raises:
            ExecutorNotReady: If Ray is not installed, or not ready in time.
        """
        try:
            ray = importlib.import_module("ray")
        except ImportError as error:
            raise ExecutorNotReady(
                "Expected Ray, since the campaign is to run on it. "
                f"Received: {error}. Install it with `pip install "
                "'dist_invention[ray]'`, or leave out --executor."
            ) from error
        for name, value in QUIET.items():
            os.environ.setdefault(name, value)
        self._keeper = Keeper(lambda: self._connect(ray), ray.shutdown)
        self._keeper.start(self.start_seconds)
        self._ray, self._version = ray, ray.__version__
        nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
        self._share([node for node in nodes if node.get("CPU", 0) >= 1])

    def _connect(self, ray: Any) -> None:
        quiet = {
            "log_to_driver": False,
            "logging_level": logging.ERROR,
            "include_dashboard": False,
        }
        if self.address is not None:
            ray.init(address=self.address, **quiet)
            return
        cores = machine.cores()
        if self.workers and self.threads:
            cores = max(cores, self.workers * self.threads)
        ray.init(
            address="local", num_cpus=cores, object_store_memory=STORE_BYTES, **quiet
        )

    def _share(self, nodes: Sequence[Mapping[str, float]]) -> None:
        """Share the cores of each machine out among the runs that it can hold."""
        if not nodes:
            raise ExecutorNotReady(
                "Expected machines with cores in the Ray cluster. Received: none. "
                "Start Ray on a machine with `ray start`."
            )
        fits = [
            machine.fitting_workers(
                int(node.get("GPU", 0)), int(node["CPU"]), node.get("memory", 0) / MIB
            )
            for node in nodes
        ]
        self._cards = int(all(node.get("GPU", 0) >= 1 for node in nodes))
        self.workers = self.workers or sum(fits)
        shares = [
            int(node["CPU"]) // fit for node, fit in zip(nodes, fits, strict=True)
        ]
        self.threads = self.threads or max(1, min(shares))

    def take_up(self, record: Mapping[str, Any]) -> None:
        """Give each process as many threads as before, since they can change bits."""
        if self.threads is None and record.get("threads"):
            self.threads = int(record["threads"])

    def has_room(self) -> bool:
        """Return whether one more process may be started now."""
        self._alive = [one for one in self._alive if not _is_over(one)]
        return len(self._alive) < (self.workers or 1)

    def submit(
        self, command: Sequence[str], env: Mapping[str, str | None], log: Path
    ) -> RayProcess:
        """Start a process; see `Executor`."""
        threads = self.threads or 1
        told = {k: value for k, value in os.environ.items() if k.startswith(TOLD)}
        own = machine.thread_settings(threads, os.environ)
        actor = self._ray.remote(
            num_cpus=threads, num_gpus=self._cards, max_concurrency=3, max_restarts=0
        )(RayChild)
        child = actor.remote({**told, **own, **env}, Path.cwd())
        end = child.run.remote(list(command), log.absolute())
        process = RayProcess(self._ray, child, end)
        self._alive.append(process)
        return process

    def as_json(self) -> dict[str, Any]:
        """Return how the cluster is shared, as plain JSON values."""
        return {
            "executor": "ray",
            "address": self.address,
            "ray": self._version,
            "workers": self.workers,
            "threads": self.threads,
            "cards": self._cards,
        }

    def close(self) -> None:
        """Leave the cluster; one that was started here ends."""
        self._alive, self._ray = [], None
        if self._keeper is not None:
            self._keeper.close(CLOSE_SECONDS)
            self._keeper = None


def _is_over(process: RayProcess) -> bool:
    try:
        return process.poll() is not None
    except ExecutorNotReady:  # the campaign hears of it when it looks itself
        return True
