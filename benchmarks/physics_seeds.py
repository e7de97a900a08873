"""The physics demo over several seeds, beside its baselines, with intervals.

Each seed is a run of its own: other data, other initial weights. Finished runs are
verified and used as they are; missing ones are trained, a few minutes each.

    python benchmarks/physics_seeds.py --seeds 3 --runs-dir runs

Intervals are Student t over seeds. The last line is one JSON object.
"""

import argparse
import json
from pathlib import Path
import re
import subprocess
import sys

from dist_invention.statistics import student_t

REPO = Path(__file__).resolve().parents[1]
SCRIPT = REPO / "experiments" / "01_physics" / "train.py"
METRICS = ("position_nrmse", "velocity_nrmse", "energy_nrmse")
RIVALS = (
    "copy last",
    "constant velocity",
    "constant acceleration fitted",
    "constant acceleration in the box",
    "simulator, train-mean law",
    "simulator, fitted law",
)


def results_of(seed, preset, runs_dir):
    """Run the experiment for one seed, or verify it; return its results."""
    command = [sys.executable, str(SCRIPT), "--preset", preset, "--seed", str(seed)]
    done = subprocess.run(
        [*command, "--runs-dir", str(runs_dir)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.stderr.write(done.stdout[-2000:] + done.stderr[-2000:])
        raise SystemExit(f"seed {seed} ended with exit code {done.returncode}")
    path = re.search(r"^results: (.+)$", done.stdout, re.MULTILINE)[1]
    return json.loads(Path(path).read_text())


def whole_scores(results):
    """Return the scores of whole splits by (metric, split)."""
    return {
        (score["metric"], score["split"]): score
        for score in results["scores"]
        if score["stratum"] == "all" and score["metric"] in METRICS
    }


def summary(runs):
    """Return one row a metric and split: the model and each rival over seeds."""
    tables = [whole_scores(run) for run in runs]
    rows = []
    for metric, split in tables[0]:
        scores = [table[metric, split] for table in tables]
        known = [{row["name"]: row["value"] for row in s["baselines"]} for s in scores]
        values = {"this model": [score["value"] for score in scores]}
        values |= {name: [row[name] for row in known] for name in RIVALS}
        gains = {
            name: student_t([a - b for a, b in zip(values[name], model, strict=True)])
            for model in [values["this model"]]
            for name in RIVALS
        }
        rows.append(
            {
                "metric": metric,
                "split": split,
                "n_seeds": len(runs),
                "model": student_t(values["this model"]).as_list(),
                "mean": {name: sum(v) / len(v) for name, v in values.items()},
                "per_seed": values,
                "gain": {name: gain.as_list() for name, gain in gains.items()},
            }
        )
    return rows


def verdict(interval):
    """Say what the interval of rival minus model allows to say."""
    low, high = interval
    return "beaten" if low > 0 else "better" if high < 0 else "open"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--preset", default="demo")
    parser.add_argument("--runs-dir", type=Path, default=Path("runs"))
    asked = parser.parse_args()
    runs = [
        results_of(seed, asked.preset, asked.runs_dir) for seed in range(asked.seeds)
    ]
    rows = summary(runs)
    print("error of the model, and of each rival: mean over seeds, and whether the")
    print("95 % interval of the difference lets the rival count as beaten\n")
    for row in rows:
        low, high = row["model"]
        print(f"{row['metric']}  {row['split']}")
        print(f"  {'this model':<34}{row['mean']['this model']:.3f}", end="")
        print(f" [{low:.3f}, {high:.3f}]")
        for name in RIVALS:
            said = verdict(row["gain"][name])
            print(f"  {name:<34}{row['mean'][name]:.3f}  {said}")
    print(
        json.dumps(
            {
                "benchmark": "physics_seeds",
                "preset": asked.preset,
                "seeds": asked.seeds,
                "weights_sha256": [run["weights_sha256"][:16] for run in runs],
                "rows": rows,
            }
        )
    )


if __name__ == "__main__":
    main()
