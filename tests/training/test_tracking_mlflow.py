"""MLflow's own server, started on the store of a run, tells its rows and scores."""

from importlib.util import find_spec
import json
import os
import random
import socket
import subprocess
import sys
import time
from urllib.error import URLError
from urllib.request import Request, urlopen

from dist_invention.training.tracker import Subject
from dist_invention.training.tracking_mlflow import MlflowTracker
import numpy as np
import pytest

pytestmark = [
    pytest.mark.skipif(
        find_spec("mlflow") is None, reason="the extra `tracking` is not installed"
    ),
    pytest.mark.slow,  # a new store takes ten seconds
    pytest.mark.filterwarnings("ignore"),  # of the library's own
]
START_SECONDS = 180.0  # on a machine with much else to do


def row(step, kind="train", **values):
    return {"kind": kind, "step": step, "values": values or {"loss": 1.0 / step}}


@pytest.fixture
def subject(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.delenv("MLFLOW_DISABLE_TELEMETRY", raising=False)

    def place(name):
        path = tmp_path / "tracking" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    return Subject("tiny-s0", "tiny", {"seed": 3, "stages": []}, place)


class Server:
    """`mlflow server` on a store, asked over HTTP."""

    def __init__(self, store, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{free.getsockname()[1]}"
        port = self.url.rpartition(":")[2]
        words = [sys.executable, "-m", "mlflow", "server", "--workers", "1"]
        words += ["--host", "127.0.0.1", "--port", port]
        words += ["--backend-store-uri", f"sqlite:///{store}"]
        words += ["--default-artifact-root", str(folder / "artifacts")]
        env = {**os.environ, "PYTHONWARNINGS": "ignore"}
        env["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] = "false"  # more processes
        self.log = (folder / "server.log").open("wb")
        self.process = subprocess.Popen(
            words, cwd=folder, env=env, stdout=self.log, stderr=self.log
        )

    def __enter__(self):
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            try:
                with urlopen(f"{self.url}/health", timeout=5):
                    return self
            except (URLError, OSError):
                time.sleep(0.2)
        self.__exit__()
        pytest.fail("mlflow server did not answer")
        return None

    def __exit__(self, *error):
        self.process.terminate()
        self.process.wait(20)
        self.log.close()

    def ask(self, name, **question):
        """Return the answer of one call of MLflow's REST interface."""
        url = f"{self.url}/api/2.0/mlflow/{name}"
        content = json.dumps(question).encode()
        headers = {"Content-Type": "application/json"}
        with urlopen(Request(url, content, headers), timeout=30) as answer:
            return json.load(answer)

    def history(self, run_id, metric):
        url = f"{self.url}/api/2.0/mlflow/metrics/get-history"
        with urlopen(f"{url}?run_id={run_id}&metric_key={metric}", timeout=30) as found:
            return [(m["step"], m["value"]) for m in json.load(found)["metrics"]]


def test_the_server_tells_each_step_once_with_settings_and_scores(subject, tmp_path):
    before = random.getstate(), np.random.get_state()[1].tolist()
    first = MlflowTracker(subject)
    assert first.begin() == 0
    first.log(1, [row(10), row(20), row(20, "epoch", val_loss=0.5, loss="nan")])
    second = MlflowTracker(subject)  # the first was killed
    assert second.begin() == 3
    second.log(4, [row(30 + step) for step in range(600)])
    second.end({"test_far/mse": 2.0, "test_far/mse/low": 1.0})
    assert before == (random.getstate(), np.random.get_state()[1].tolist())
    assert not (tmp_path / "mlruns").exists()
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"
    store = subject.place("mlflow/mlflow.db")
    with Server(store, tmp_path) as server:
        number = server.ask("experiments/search", max_results=9)["experiments"]
        number = next(e["experiment_id"] for e in number if e["name"] == "tiny")
        [run] = server.ask("runs/search", experiment_ids=[number])["runs"]
        assert run["info"]["run_name"] == "tiny-s0"
        assert run["info"]["status"] == "FINISHED"
        settings = {item["key"]: item["value"] for item in run["data"]["params"]}
        assert settings == {"seed": "3", "stages": "[]"}
        metrics = {item["key"]: item["value"] for item in run["data"]["metrics"]}
        assert (metrics["test_far/mse"], metrics["test_far/mse/low"]) == (2.0, 1.0)
        assert "epoch/loss" not in metrics, "a NaN is no number"
        steps = [s for s, _ in server.history(run["info"]["run_id"], "train/loss")]
        assert steps == [10, 20, *range(30, 630)]
