"""A finished run folder made by hand, as real as a report needs it."""

from html.parser import HTMLParser
import json
from pathlib import Path
import shutil

import numpy as np
import pytest

STAGES = {
    "in_distribution": (240, "6 of 6 epochs done"),
    "physics_terms": (200, "val_position_error_1s=0.118 reached 0.12"),
    "randomised_laws": (160, "val_loss did not improve for 3 epochs"),
    "frontier_laws": (120, "3 of 3 epochs done"),
}
BASELINES = {  # error relative to the model's scale, by kind
    "zeros": ("trivial", 1.55),
    "train_mean": ("trivial", 0.98),
    "copy_last": ("trivial", 0.52),
    "constant_velocity": ("trivial", 0.41),
    "constant_acceleration": ("classical", 0.16),
    "simulator_with_mean_law": ("classical", 0.24),
    "simulator_with_fitted_law": ("classical", 0.19),
    "simulator_with_true_law": ("ceiling", 0.004),
}
TIERS = {"in": 1.0, "near": 1.25, "far": 2.1, "regimes": 1.8}
METRICS = {
    "position_error_1s": ("training scale", 0.105),
    "velocity_error_1s": ("training scale", 0.19),
    "energy_error": ("1", 0.055),
}
LAWS = {
    "in": {"gravity": [-12, -3], "friction": [0.1, 0.8], "damping": [0.85, 0.98]},
    "near": {"gravity": [-14, -2.5], "friction": [0.05, 0.9], "damping": [0.82, 0.99]},
    "far": {
        "gravity": [[-20, -15], [-2, -0.5]],
        "friction": [[0, 0.05], [0.9, 1]],
        "damping": [[0.7, 0.82], [0.99, 1]],
    },
    "regimes": {},
}


def make_score(tier, metric, stratum, rng):
    unit, level = METRICS[metric]
    scale = (
        TIERS[tier]
        * {"all": 1.0, "contact=free": 0.45, "contact=contact": 1.6}[stratum]
    )
    value = level * scale * rng.uniform(0.9, 1.1)
    hard = {"in": 1.6, "near": 1.05, "far": 1.7, "regimes": 0.8}[tier]
    baselines = [
        {"name": name, "kind": kind, "value": ratio * level * 9 * scale * hard / 1.4}
        for name, (kind, ratio) in BASELINES.items()
    ]
    rivals = [b for b in baselines if b["kind"] != "ceiling"]
    best = min(rivals, key=lambda b: b["value"])
    trivial = min(
        (b for b in rivals if b["kind"] == "trivial"), key=lambda b: b["value"]
    )
    skill = 1 - value / best["value"]
    return {
        "split": f"test_{tier}",
        "tier": tier,
        "stratum": stratum,
        "metric": metric,
        "unit": unit,
        "better": "lower",
        "value": value,
        "n": 512,
        "n_groups": 128,
        "interval": [value * 0.91, value * 1.1],
        "interval_method": "95 % bootstrap over trajectories, 2000 resamples",
        "baselines": baselines,
        "best_trivial": {"name": trivial["name"], "value": trivial["value"]},
        "best_baseline": {"name": best["name"], "value": best["value"]},
        "skill_trivial": 1 - value / trivial["value"],
        "skill": skill,
        "skill_interval": [skill - 0.06, skill + 0.05],
        "beats_best": None if abs(skill) < 0.07 else bool(skill > 0),
    }


def bounce(position, velocity, gravity, elasticity, frames, radius=0.2):
    """Return a path of shape (frames, 2) in a box of 8 m x 6 m."""
    path, position, velocity = [], np.array(position), np.array(velocity)
    for _ in range(frames):
        path.append(position.copy())
        velocity = velocity + np.array([0.0, gravity / 60])
        position = position + velocity / 60
        for axis, size in enumerate((8.0, 6.0)):
            low, high = radius, size - radius
            if not low <= position[axis] <= high:
                position[axis] = np.clip(position[axis], low, high)
                velocity[axis] *= -elasticity
    return np.array(path)


def make_figure(tier, gravity, rng):
    panels = []
    for place in range(3):
        series = []
        for ball in range(1, 2 + place):
            start = rng.uniform([0.8, 2.5], [7.2, 5.4]), rng.uniform(-4, 4, 2)
            true = bounce(*start, gravity, 0.8, 90)
            slope = rng.normal(0, {"in": 0.004, "near": 0.007, "far": 0.014}[tier], 2)
            bend = np.arange(80)[:, None] * slope
            wrong = true[9] + np.arange(80)[:, None] * (true[9] - true[8])
            for label, role, path in (
                ("context", "context", true[:10]),
                ("true", "true", true[9:89]),
                ("predicted", "predicted", true[9:89] + bend),
                ("constant velocity", "baseline", wrong),
            ):
                x, y = path.round(4).T.tolist()
                series.append(
                    {
                        "label": label,
                        "role": role,
                        "group": f"ball {ball}",
                        "x": x,
                        "y": y,
                    }
                )
        panels.append(
            {
                "title": f"gravity {gravity} m/s\u00b2, {place + 1} balls",
                "x_label": "x",
                "y_label": "y",
                "x_unit": "m",
                "y_unit": "m",
                "x_range": [0, 8],
                "y_range": [0, 6],
                "equal_aspect": True,
                "series": series,
            }
        )
    return {
        "schema": 1,
        "kind": "trajectories",
        "title": f"Closed-loop paths, {tier} laws",
        "caption": "Ten frames are given; the next 80 frames (1.3 s) are predicted.",
        "tier": tier,
        "panels": panels,
    }


def make_metrics(rng):
    lines, step, epoch = [], 0, 0
    for number, (stage, (steps, _)) in enumerate(STAGES.items()):
        for _ in range(steps // 40):
            for _ in range(8):
                step += 5
                loss = (
                    0.9 * np.exp(-step / 150)
                    + 0.02
                    + 0.06 * number * np.exp(-(step % 200) / 40)
                )
                lines.append(
                    {
                        "kind": "train",
                        "step": step,
                        "stage": stage,
                        "epoch": epoch,
                        "values": {"loss": loss * rng.lognormal(0, 0.25)},
                    }
                )
            ramp = min(number, 1) * min(1, (step - 240) / 200)
            terms = {"position": loss * 0.7, "energy": 0.3 * ramp * loss}
            terms["momentum"] = 0.12 * ramp * loss
            values = {
                "loss": loss,
                "val_loss": loss * 1.15,
                **{f"val_{name}": loss + 0.08 for name in METRICS},
                **dict.fromkeys(METRICS, loss + 0.06),
                **{f"term/{name}": value for name, value in terms.items()},
                **{
                    f"weight/{n}": w
                    for n, w in (("energy", ramp), ("momentum", ramp / 2))
                },
                "learning_rate": 1e-3 * 0.5**number,
            }
            lines.append(
                {
                    "kind": "epoch",
                    "step": step,
                    "stage": stage,
                    "epoch": epoch,
                    "values": values,
                }
            )
            epoch += 1
    return lines


def make_events():
    events = [{"event": "opened", "host": "box", "pid": 4011, "seed": 0}]
    events += [{"event": "audit", "verdict": "clean", "seconds": 0.4}]
    events += [
        {"event": "preflight", "step_seconds": 0.11, "memory_bytes": 412_000_000}
    ]
    step = 0
    for stage, (steps, reason) in STAGES.items():
        events.append({"event": "stage_started", "stage": stage, "step": step})
        for _ in range(steps // 40):
            step += 40
            events.append({"event": "epoch", "stage": stage, "step": step})
            events.append({"event": "checkpoint", "step": step, "seconds": 0.08})
            if step == 320:
                events.append({"event": "resumed", "step": 320, "pid": 4077})
        events.append(
            {"event": "stage_ended", "stage": stage, "step": step, "reason": reason}
        )
    events += [{"event": "evaluated", "split": f"test_{tier}"} for tier in TIERS]
    events.append({"event": "finished", "seconds": 184.2})
    minutes = [divmod(index * 4, 60) for index in range(len(events))]
    return [
        {"time": f"2025-03-04T10:{m:02d}:{s:02d}+00:00", **event}
        for (m, s), event in zip(minutes, events, strict=True)
    ]


def make_data():
    splits = [("train", "train", "in", 6000), ("select_in", "select", "in", 512)]
    splits += [("select_near", "select", "near", 512)]
    splits += [(f"test_{tier}", "test", tier, 512) for tier in TIERS]
    return [
        {
            "name": name,
            "role": role,
            "tier": tier,
            "n": n,
            "sha256": f"{index:02x}" * 32,
            "units": {"gravity": "m/s2", "mass": "kg"},
            "ranges": {"mass": [0.5, 2.0]},
            "datasheet": {"law": LAWS[tier]} if LAWS[tier] else {},
        }
        for index, (name, role, tier, n) in enumerate(splits, 17)
    ]


def make_results(rng):
    data = make_data()
    names = [item["name"] for item in data]
    return {
        "schema": 1,
        "run_id": "physics-demo-s0-1a2b3c4d",
        "experiment": "physics",
        "preset": "demo",
        "seed": 0,
        "status": "finished",
        "config_sha256": "1a2b3c4d" * 8,
        "task_sha256": "5e6f7a8b" * 8,
        "data": data,
        "audit": {
            "verdict": "clean",
            "allowed_because": None,
            "checks": [
                {
                    "name": "same key",
                    "splits": ["train", n],
                    "count": 0,
                    "detail": "",
                    "verdict": "ok",
                }
                for n in names[1:]
            ],
            "overlap": {
                "splits": names,
                "matrix": (np.eye(len(names), dtype=int) * 512).tolist(),
            },
        },
        "selection_rule": "last step of the last stage",
        "stages": [
            {
                "name": name,
                "epochs": steps // 40,
                "steps": steps,
                "reason": reason,
                "seconds": steps * 0.21,
                "terms": {"position": 0.031, "energy": 0.012, "momentum": 0.004},
            }
            for name, (steps, reason) in STAGES.items()
        ],
        "scores": [
            make_score(tier, metric, stratum, rng)
            for tier in TIERS
            for metric in METRICS
            for stratum in ("all", "contact=free", "contact=contact")
        ],
        "weights_sha256": "9c0d1e2f" * 8,
        "resumes": 1,
        "last_resume_step": 320,
        "seconds": 184.2,
        "reads": [
            {"split": f"test_{tier}", "weights_sha256": "9c0d1e2f" * 8}
            for tier in TIERS
        ],
        "health": [
            {
                "name": "collapse",
                "value": 0.94,
                "limit": 0.01,
                "verdict": "ok",
                "detail": "variance of predictions over inputs / that of targets",
            },
            {
                "name": "largest_loss_share",
                "value": 0.71,
                "limit": 0.95,
                "verdict": "ok",
                "detail": "position",
            },
        ],
        "parameters": 148_312,
        "model": "interaction",
    }


def make_run(results):
    return {
        "schema": 1,
        "run_id": results["run_id"],
        "experiment": "physics",
        "preset": "demo",
        "seed": 0,
        "config": {
            "batch_size": 64,
            "epochs": None,
            "stages": list(STAGES),
            "law": "given",
        },
        "config_sha256": results["config_sha256"],
        "code": {"commit": "0f1e2d3c4b5a69788796a5b4c3d2e1f001122334", "dirty": False},
        "environment": {
            "python": "3.11.9",
            "platform": "Linux x86_64",
            "device": "CPU, 2 cores",
            "precision": "float32",
            "versions": {"keras": "3.15.1", "tensorflow": "2.21.0", "numpy": "2.4.0"},
        },
        "argv": [
            "experiments/01_physics/train.py",
            "--preset",
            "demo",
            "--runs-dir",
            "R",
        ],
        "destinations": ["/mnt/backup/runs"],
        "created_utc": "2025-03-04T10:00:00+00:00",
        "attempts": [
            {
                "attempt": number,
                "started_utc": f"2025-03-04T10:0{number - 1}:00.000+00:00",
                "host": "box",
                "pid": 4000 + number,
                "code": {"commit": "0f1e2d3c4b5a6978", "dirty": False},
            }
            for number in (1, 2)
        ],
    }


def write_run(folder):
    """Write a finished, sealed run into an empty folder and return the folder."""
    rng = np.random.Generator(np.random.Philox(key=[7, 0]))
    results = make_results(rng)
    records = {
        f"paths_{tier}": make_figure(tier, gravity, rng)
        for tier, gravity in (("in", -9.8), ("near", -13.5), ("far", -19.0))
    }
    files = {"run.json": make_run(results), "results.json": results}
    files |= {f"figures/{name}.json": record for name, record in records.items()}
    lines = {"metrics.jsonl": make_metrics(rng), "events.jsonl": make_events()}
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    for name, content in lines.items():
        text = "".join(json.dumps(line) + "\n" for line in content)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory):
    """One finished run folder for tests that only read it."""
    return write_run(tmp_path_factory.mktemp("runs") / "physics-demo-s0-1a2b3c4d")


@pytest.fixture
def run_folder(finished_run, tmp_path):
    """A finished run folder of the test's own, free to be changed."""
    return Path(shutil.copytree(finished_run, tmp_path / finished_run.name))


@pytest.fixture
def results(finished_run):
    """The content of results.json of the finished run, free to be changed."""
    return json.loads((finished_run / "results.json").read_text(encoding="utf-8"))


@pytest.fixture
def change(run_folder):
    """A function that changes one JSON file of the run folder in place."""

    def apply(name, **values):
        path = run_folder / name
        content = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps({**content, **values}), encoding="utf-8")
        return run_folder

    return apply


class Outline(HTMLParser):
    """Reads a page as a browser would, and keeps what is out of order."""

    VOID = frozenset({"meta", "br", "img", "input", "link", "hr"})

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.open, self.faults, self.ids, self.words, self.tags = [], [], [], [], []
        self.feed(page)
        self.close()
        self.faults += [f"<{tag}> stays open" for tag in self.open]

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else")

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


@pytest.fixture
def outline():
    """The reader of pages: `outline(page)` has faults, ids, tags and text."""
    return Outline
