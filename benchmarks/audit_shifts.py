"""Shifts of five kinds, planted and absent: what the support audit says of them.

Run as `python benchmarks/audit_shifts.py [repeats]`. Each repeat draws training anew,
a split with the shift and a null control: a fresh draw like training. Rows come in
groups that share a part of their values, so that a test that counts rows as
independent would raise false alarms.
"""

import json
import sys
import time

from dist_invention.datasets.split import Field, Split
from dist_invention.evaluation.support import support_audit
import numpy as np
from scipy import stats

TRAIN, TEST, LARGE = 1500, 400, 10_000
GROUP = 4
"""Rows a group in training; a group of the split has as many."""
DIMENSIONS = 8
SHARED = 0.5
"""Share of the variance that the rows of a group have in common."""
INSIDE, OUTSIDE = "SHIFTED INSIDE SUPPORT", "OUTSIDE SUPPORT"
PRIMITIVES, SIDES = ("walk", "look", "run", "jump"), ("left", "right")
MANNERS, TIMES = ("", "around", "opposite"), ("", "twice", "thrice")


def normal(rng, n, width=DIMENSIONS):
    """Return rows with standard normal values that a group shares in part."""
    group = rng.normal(size=(-(-n // GROUP), width)).repeat(GROUP, axis=0)[:n]
    return np.sqrt(SHARED) * group + np.sqrt(1 - SHARED) * rng.normal(size=(n, width))


def mean_inside(rng, n, shifted):
    """Half of the values move by half a deviation, within the same bounds."""
    move = 0.5 * shifted * (np.arange(DIMENSIONS) % 2)
    return {"x": stats.norm.cdf(np.clip(normal(rng, n) + move, -2, 2))}


def scale(rng, n, shifted):
    """Every value spreads two and a half times as far."""
    return {"x": (2.5 if shifted else 1.0) * normal(rng, n)}


def one_parameter(rng, n, shifted):
    """One of four parameters lies beyond its range; inputs are noise and law."""
    law = stats.norm.cdf(normal(rng, n, 4))
    law[:, 2] += 1.2 * shifted
    return {"law": law, "x": normal(rng, n) + 0.1 * law[:, :1]}


def phrase(rng, n, shifted):
    """Three in ten commands hold a phrase that training never says."""
    never = "around left thrice"
    first, second = (np.array(_commands(rng, n)) for _ in range(2))
    second = np.where(rng.random(n) < 0.3 * shifted, f"walk {never}", second)
    return {"command": np.char.add(np.char.add(first, " and "), second)}


def _commands(rng, n):
    """Return short commands; rows of a group share all but how often."""
    parts = [
        rng.choice(words, -(-n // GROUP)).repeat(GROUP)[:n]
        for words in (PRIMITIVES, MANNERS, SIDES)
    ]
    rows = zip(*parts, rng.choice(TIMES, n), strict=True)
    told = [" ".join(filter(None, row)) for row in rows]
    return [text.replace("around left thrice", "around left twice") for text in told]


def correlation(rng, n, shifted):
    """Two pairs of values turn from +0.7 to -0.7; each value alone is as before."""
    x, sign = normal(rng, n), -1.0 if shifted else 1.0
    for k in (0, 2):
        x[:, k + 1] = sign * 0.7 * x[:, k] + np.sqrt(1 - 0.7**2) * x[:, k + 1]
    return {"x": x}


KINDS = {
    "mean shift inside the box": (mean_inside, (INSIDE,)),
    "scale": (scale, (OUTSIDE,)),
    "one parameter beyond its range": (one_parameter, (OUTSIDE,)),
    "unseen phrase": (phrase, (OUTSIDE,)),
    "rotated correlation": (correlation, (INSIDE, OUTSIDE)),
}
"""Kind: how to draw it, and the verdicts that count as caught."""


def split_of(name, role, arrays):
    """Return arrays as a split, in groups of GROUP rows."""
    n = len(next(iter(arrays.values())))
    fields = tuple(Field(key, a.shape[1:], "1") for key, a in arrays.items())
    return Split(
        name=name,
        role=role,
        arrays=arrays,
        fields=fields,
        inputs=tuple(key for key in arrays if key != "law"),
        targets=(),
        keys=np.array([f"{name}-{i}" for i in range(n)]),
        groups=np.array([f"{name}-g{i // GROUP}" for i in range(n)]),
        parameters=("law",) if "law" in arrays else (),
    )


def three(draw, rng, n_train, n_test):
    """Return training, a split with the shift and a null control."""
    return [
        split_of("train", "train", draw(rng, n_train, 0)),
        split_of("shifted", "test", draw(rng, n_test, 1)),
        split_of("null", "test", draw(rng, n_test, 0)),
    ]


def seconds_per_10000(draw):
    """Return the seconds of one split of 10,000 rows against 10,000 of training."""
    rng = np.random.Generator(np.random.Philox(key=[0, 77]))
    splits = three(draw, rng, LARGE, LARGE)[:2]
    start = time.perf_counter()
    support_audit(splits, repeats=0)
    return time.perf_counter() - start


def shift_rows(repeats: int) -> list[dict]:
    """Return one row a kind: planted, caught, nulls, false alarms and seconds.

    A shift is caught if the verdict is the right one; a null control is a false alarm
    if its verdict is not SAME.

    Args:
        repeats: How many pairs of a planted shift and a null control to draw.
    """
    rows = []
    for number, (kind, (draw, right)) in enumerate(KINDS.items()):
        verdicts: dict[str, list[str]] = {"shifted": [], "null": []}
        for repeat in range(repeats):
            rng = np.random.Generator(np.random.Philox(key=[repeat, number]))
            report = support_audit(three(draw, rng, TRAIN, TEST), (), repeat, 0)
            for row in report.splits:
                verdicts[row.split].append(row.verdict)
        rows.append(
            {
                "kind": kind,
                "planted": repeats,
                "caught": sum(found in right for found in verdicts["shifted"]),
                "false_alarms": sum(found != "SAME" for found in verdicts["null"]),
                "nulls": repeats,
                "seconds_per_10000": round(seconds_per_10000(draw), 2),
            }
        )
    return rows


def main():
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    print(f"{'shift':34}caught   false alarms   seconds per 10,000 rows")
    rows = shift_rows(repeats)
    for row in rows:
        caught = f"{row['caught']}/{row['planted']}"
        alarms = f"{row['false_alarms']}/{row['nulls']}"
        print(f"{row['kind']:34}{caught:9}{alarms:15}{row['seconds_per_10000']:.2f}")
    planted = sum(row["planted"] for row in rows)
    result = {
        "benchmark": "audit_shifts",
        "rows": rows,
        "shifts_planted": planted,
        "shifts_caught": sum(row["caught"] for row in rows),
        "false_alarm_rate": sum(row["false_alarms"] for row in rows) / planted,
    }
    print(json.dumps(result))
    if result["shifts_caught"] < planted or result["false_alarm_rate"] > 0.05:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
