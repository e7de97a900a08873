"""A finished campaign made by hand: arms, seeds, one failed run, its summary."""

from made_lines import METRICS, STAGES, TIERS
from made_run import write_child, write_files
import numpy as np

ARMS = {"curriculum": 1.0, "joint": 1.22, "random": 1.03}  # error, relative
SEEDS = (0, 1, 2)
T_95 = {3: 4.303, 2: 12.706}  # Student's t for two-sided 95 %
FAILED = ("random", 2)
STEPS = sum(steps for steps, _ in STAGES.values())


def interval_of(values):
    """Return mean and Student's t interval; no interval under three values."""
    mean, n = float(np.mean(values)), len(values)
    if n < 3:
        return mean, None
    half = T_95[n] * float(np.std(values, ddof=1)) / n**0.5
    return mean, [mean - half, mean + half]


def cell(arm, found):
    mean, bounds = interval_of([v["value"] for v in found])
    method = "Student t over seeds" if bounds else "none: 2 seeds, 3 needed"
    return {
        "arm": arm,
        "values": found,
        "mean": mean,
        "interval": bounds,
        "interval_method": method,
    }


def difference(arm, ours, theirs):
    pairs = {v["seed"]: v["value"] for v in theirs}
    gaps = [
        {"seed": v["seed"], "value": v["value"] - pairs[v["seed"]]}
        for v in ours
        if v["seed"] in pairs
    ]
    row = cell(arm, gaps)
    row["per_seed"] = row.pop("values")
    wins = float(np.mean([gap["value"] < 0 for gap in gaps]))
    p = 0.012 if arm == "joint" else None
    return {**row, "p_value": p, "p_holm": p, "probability_of_improvement": wins}


def verdict_of(row, split, metric):
    bounds = row["interval"]
    found = "no evidence of benefit"
    if bounds and bounds[1] < 0:
        found = "benefit"
    ends = "[{:.3f}, {:.3f}]".format(*bounds) if bounds else "refused under 3 seeds"
    count = len(row["per_seed"])
    said = f"difference {row['mean']:.3f}, 95 % interval {ends}, n={count}"
    sentence = f"{found} over {row['arm']} ({said})"
    return {
        "arm": row["arm"],
        "split": split,
        "metric": metric,
        "verdict": found,
        "sentence": sentence,
    }


def make_scores(results):
    rows, verdicts = [], []
    for metric, (unit, _) in METRICS.items():
        for tier in TIERS:
            split = f"test_{tier}"
            found = {
                arm: [
                    {"seed": seed, "value": value_of(results[arm, seed], split, metric)}
                    for seed in SEEDS
                    if (arm, seed) in results
                ]
                for arm in ARMS
            }
            gaps = [difference(arm, found["curriculum"], found[arm]) for arm in ARMS][
                1:
            ]
            verdicts += [verdict_of(gap, split, metric) for gap in gaps]
            rows.append(
                {
                    "split": split,
                    "tier": tier,
                    "metric": metric,
                    "unit": unit,
                    "better": "lower",
                    "arms": [cell(arm, values) for arm, values in found.items()],
                    "differences": gaps,
                }
            )
    return rows, verdicts


def value_of(results, split, metric):
    return next(
        s["value"]
        for s in results["scores"]
        if (s["split"], s["metric"], s["stratum"]) == (split, metric, "all")
    )


def make_curves(results):
    steps = np.arange(40, STEPS + 1, 40)
    curves = []
    for arm, seed in results:
        rng = np.random.Generator(np.random.Philox(key=[seed, len(arm)]))
        level = 0.12 * ARMS[arm] + 0.5 * np.exp(-steps / (150 * ARMS[arm]))
        values = level * rng.lognormal(0, 0.06, len(steps))
        points = [[int(s), float(v)] for s, v in zip(steps, values, strict=True)]
        curves.append({"arm": arm, "seed": seed, "points": points})
    return curves


def make_forgetting(arm):
    names = list(STAGES) if arm == "curriculum" else ["all_at_once"]
    exams = list(STAGES)
    matrix = [
        [0.05 + 0.3 * max(k - place, 0) + 0.02 * max(place - k, 0) for k in range(4)]
        for place in range(len(names))
    ]
    return {"arm": arm, "stages": names, "exams": exams, "matrix": matrix, "n": 3}


def make_row(arm, seed, results):
    failed = (arm, seed) == FAILED
    return {
        "arm": arm,
        "seed": seed,
        "run_id": f"physics-demo-s{seed}-1a2b3c4d",
        "folder": f"{arm}-s{seed}/physics-demo-s{seed}-1a2b3c4d",
        "status": "failed" if failed else "finished",
        "steps": 312 if failed else STEPS,
        "examples": 64 * (312 if failed else STEPS),
        "seconds": 61.0 if failed else 184.2,
        "task_sha256": None if failed else results[arm, seed]["task_sha256"],
        "exit_code": 3 if failed else 0,
        "evidence": ["step 312 of 720", "OutOfMemory: 412 MB asked for, 96 MB free"]
        if failed
        else [],
    }


def write_campaign(folder):
    """Write a campaign into an empty folder and return the folder."""
    results = {}
    for arm, factor in ARMS.items():
        for seed in SEEDS:
            if (arm, seed) != FAILED:
                child = folder / f"{arm}-s{seed}" / f"physics-demo-s{seed}-1a2b3c4d"
                results[arm, seed] = write_child(child, arm, seed, factor)
    scores, verdicts = make_scores(results)
    first = [v for v in verdicts if v["metric"] == "position_error_1s"]
    area = {**scores[0], "split": "all", "tier": "", "unit": "loss x steps"}
    summary = {
        "schema": 1,
        "campaign": "physics-demo-arms-0f1e2d3c",
        "experiment": "physics",
        "preset": "demo",
        "reference": "curriculum",
        "arms": list(ARMS),
        "seeds": list(SEEDS),
        "question": "Does the curriculum beat joint training at equal steps?",
        "created": "2025-03-04T10:00:00+00:00",
        "command": "python experiments/01_physics/train.py --preset demo --arms "
        "curriculum,joint,random --seeds 3",
        "runs": [make_row(arm, seed, results) for arm in ARMS for seed in SEEDS],
        "budget": {
            "equal": True,
            "steps": {arm: [STEPS] * 3 for arm in ARMS},
            "sentence": f"Every finished run took {STEPS} steps of 64 examples.",
        },
        "scores": scores,
        "area": [{**area, "metric": "area under the budget curve"}],
        "forgetting": [make_forgetting(arm) for arm in ARMS],
        "curves": make_curves(results),
        "curve_measure": "loss on select_near",
        "verdicts": verdicts,
        "verdict": f"On test_far: {first[4]['sentence']}.",
        "warnings": ["3 seeds are few: an interval over them is wide and only rough."],
    }
    return write_files(folder, {"summary.json": summary})
