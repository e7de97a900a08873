"""A finished run folder made by hand, as real as a report needs it."""

import hashlib
import json

from made_audit import make_audit, make_counterfactual, make_health
from made_lines import METRICS, STAGES, make_events, make_figure, make_metrics
from made_stages import SELECTION, make_stages
import numpy as np

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


def make_score(tier, metric, stratum, rng, factor=1.0):
    unit, level = METRICS[metric]
    scale = (
        TIERS[tier]
        * {"all": 1.0, "contact=free": 0.45, "contact=contact": 1.6}[stratum]
    )
    value = level * scale * rng.uniform(0.9, 1.1) * factor
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
    worst = {"stratum": "contact=contact", "value": value * 1.6, "n": 208}
    return {
        "split": f"test_{tier}",
        "tier": tier,
        "stratum": stratum,
        "metric": metric,
        "unit": unit,
        "better": "lower",
        "value": value,
        "n": 512 if stratum == "all" else 300,
        "n_groups": 128,
        "interval": [value * 0.91, value * 1.1],
        "interval_method": "95 % bootstrap over trajectories, 2000 resamples",
        "baselines": baselines,
        "best_trivial": {"name": trivial["name"], "value": trivial["value"]},
        "best_baseline": {"name": best["name"], "value": best["value"]},
        "skill_trivial": 1 - value / trivial["value"],
        "skill": skill,
        "skill_interval": [skill - 0.06, skill + 0.05],
        "of": 512,
        "kind": "amount",
        "worst": worst if stratum == "all" else None,
        "beats_best": None if abs(skill) < 0.07 else bool(skill > 0),
    }


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


def make_results(rng, arm="curriculum", seed=0, factor=1.0):
    data = make_data()
    names = [item["name"] for item in data]
    return {
        "schema": 1,
        "run_id": f"physics-demo-s{seed}-1a2b3c4d",
        "arm": arm,
        "stage_epochs": [steps // 40 for steps, _ in STAGES.values()],
        "experiment": "physics",
        "preset": "demo",
        "seed": seed,
        "status": "finished",
        "config_sha256": "1a2b3c4d" * 8,
        "task_sha256": "5e6f7a8b" * 8,
        "data": data,
        "audit": make_audit(names),
        "selection_rule": SELECTION["sentence"],
        "selection": SELECTION,
        "stages": make_stages(),
        "scores": [
            make_score(tier, metric, stratum, rng, factor)
            for tier in TIERS
            for metric in METRICS
            for stratum in ("all", "contact=free", "contact=contact")
        ],
        "weights_sha256": "9c0d1e2f" * 8,
        "resumes": 1,
        "last_resume_step": 320,
        "seconds": 184.2,
        "reads": [
            {
                "split": f"test_{tier}",
                "weights_sha256": "9c0d1e2f" * 8,
                "reason": "",
                "count": 1,
            }
            for tier in TIERS
        ],
        "health": make_health(),
        "counterfactual": make_counterfactual(),
        "weights_evaluated": "raw: the optimizer keeps no average",
        "parameters": 148_312,
        "model": "interaction",
    }


def make_run(results):
    return {
        "schema": 1,
        "run_id": results["run_id"],
        "experiment": "physics",
        "preset": "demo",
        "seed": results["seed"],
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


def philox(*key):
    return np.random.Generator(np.random.Philox(key=list(key)))


def write_files(folder, files):
    for name, content in files.items():
        rows = content if name.endswith(".jsonl") else [content]
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def seal(folder):
    """Write the manifest that makes a run a result; return the folder."""
    content = (folder / "results.json").read_bytes()
    entry = {"name": "results.json", "size": len(content)}
    entry["sha256"] = hashlib.sha256(content).hexdigest()
    return write_files(folder, {"manifest.json": {"schema": 1, "files": [entry]}})


def write_run(folder):
    """Write a finished run into an empty folder, not sealed, and return the folder."""
    rng = philox(7, 0)
    results = make_results(rng)
    records = {
        f"figures/paths_{tier}.json": make_figure(tier, gravity, rng)
        for tier, gravity in (("in", -9.8), ("near", -13.5), ("far", -19.0))
    }
    files = {"run.json": make_run(results), "results.json": results, **records}
    files |= {"metrics.jsonl": make_metrics(rng), "events.jsonl": make_events()}
    return write_files(folder, files)


def write_child(folder, arm, seed, factor=1.0):
    """Write a small sealed run of one arm and seed, and return its results."""
    arms = ("curriculum", "joint", "random", "anti")
    results = make_results(philox(seed, arms.index(arm)), arm, seed, factor)
    run = make_run(results)
    run["config"] |= {"arm": arm, "seed": seed}
    write_files(folder, {"run.json": run, "results.json": results})
    seal(folder)
    return results
