"""Weights & Biases writes its files offline, and nothing goes out."""

from importlib.util import find_spec
import json
import random
import socket

from dist_invention.training.tracker import Subject
from dist_invention.training.tracking_wandb import WandbTracker
import numpy as np
import pytest

pytestmark = [
    pytest.mark.skipif(
        find_spec("wandb") is None, reason="the extra `tracking` is not installed"
    ),
    pytest.mark.slow,  # it starts a service of its own
    pytest.mark.filterwarnings("ignore"),  # of the library's own
]


def row(step, **values):
    return {"kind": "train", "step": step, "values": values or {"loss": 1.0 / step}}


@pytest.fixture
def subject(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WANDB_MODE", raising=False)

    def place(name):
        path = tmp_path / "tracking" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    return Subject("tiny s0", "tiny", {"seed": 3, "stages": []}, place)


def test_its_files_are_there_and_no_server_was_called(subject, tmp_path, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.5)
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        monkeypatch.setenv("WANDB_BASE_URL", url)
        before = random.getstate(), np.random.get_state()[1].tolist()
        first = WandbTracker(subject)
        assert first.begin() == 0
        first.log(1, [row(10), row(20)])
        first.end(None)
        second = WandbTracker(subject)
        assert second.begin() == 2
        second.log(3, [row(30)])
        second.end({"test_far/mse": 2.0})
        assert before == (random.getstate(), np.random.get_state()[1].tolist())
        with pytest.raises(TimeoutError):
            server.accept()
    folder = tmp_path / "tracking" / "wandb"
    parts = sorted(folder.rglob("run-tiny-s0.wandb"))
    assert len(parts) == 2
    assert all(part.stat().st_size > 0 for part in parts)
    assert json.loads((folder / "sent.json").read_text()) == {"lines": 3}
    outside = {path.name for path in tmp_path.iterdir()}
    assert outside == {"tracking"}
