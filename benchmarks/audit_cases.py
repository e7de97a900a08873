"""Leaks of six kinds and shifts of five, planted and absent: what the audit says.

Each planted leak has two honest controls: one made in the same way without the leak,
and one that looks suspicious, since it is shifted, denser, or full of coincidences
that training has with itself. One in twenty or one in a hundred rows of a test leaks,
of 8 and of 100 numbers or words. A leak is caught if the audit names one, and a control
is a false alarm if it does. The shifts are those of `audit_shifts.py`;
the seconds are those of the isolation audit for leaks, of the support audit for shifts.

    python benchmarks/audit_cases.py --seeds 3 --shifts 8

The last line is one JSON object.
"""

import argparse
import json
import logging
import time

from audit_shifts import shift_rows
from dist_invention.datasets.split import Field, Split
from dist_invention.evaluation.isolation import find_leaks
import numpy as np

SIZES = ((1000, 1000), (4000, 2000))
"""Rows of train and test; five of 500 would be at the limit of what can be told."""
DIMS = (8, 100)
SHARES = (0.01, 0.05)
LARGE = 10_000
NOISE = 1e-3
"""Deviation of the noise on a copy, in deviations of each input."""
WINDOWS, SENTENCES = 8, 25
"""Windows of one trajectory, sentences of one template."""
ODD_WORDS = 30
MAX_FALSE_ALARMS = 0.05


def generator(*key):
    """Return the random numbers of one case."""
    return np.random.default_rng(np.random.SeedSequence(key))


def split_of(name, x, y=None, origins=None):
    """Return a split in which each row is a group of its own."""
    arrays = {"x": x} if y is None else {"x": x, "y": y}
    fields = tuple(Field(key, a.shape[1:], "1") for key, a in arrays.items())
    ids = np.array([f"{name}-{i}" for i in range(len(x))])
    ends = ("x",), tuple(arrays)[1:], ids, ids
    return Split(name, name, arrays, fields, *ends, origins=origins or {})


def planted(rng, n_train, n_test, share):
    """Return which training rows leak, and to which rows of the test."""
    count = round(share * n_test)
    return rng.permutation(n_train)[:count], rng.permutation(n_test)[:count]


def fresh(test, train):
    """Return which rows of a test do not stand in training."""
    known = {row.tobytes() for row in train}
    return np.array([row.tobytes() not in known for row in test])


def numbers(rng, n, width):
    """Return correlated numbers of different scales, the same ones for each draw."""
    mixing = generator(width).normal(size=(width, width)) / np.sqrt(width)
    return (rng.normal(size=(n, width)) @ mixing) * np.logspace(-2, 2, width)


def sentences(rng, n, width):
    """Return rows of up to `width` words of 2,000, the k-th one k times rarer."""
    share = 1 / np.arange(1, 2001)
    words = 1 + rng.choice(2000, (n, width), p=share / share.sum())
    ends = rng.integers(width // 2, width + 1, n)
    return np.where(np.arange(width) < ends[:, None], words, 0)


def verbatim(rng, n_train, n_test, width, share, odd):
    """Rows of training stand in the test. Odd: it lies where training is dense."""
    train, test = numbers(rng, n_train, width), numbers(rng, n_test, width)
    source, place = planted(rng, n_train, n_test, share)
    test *= 0.2 if odd else 1.0
    test[place] = train[source]
    return split_of("train", train), split_of("test", test)


def reordered(rng, n_train, n_test, width, share, odd):
    """Sentences of training with their words shuffled. Odd: short sentences.

    Short ones have the words of another by chance; training has them too, but fewer.
    """
    train, test = sentences(rng, n_train, width), sentences(rng, n_test, width)
    if odd:
        for rows in (train[: n_train // 2], test):
            rows[:] = 0
            rows[:, :4] = rng.integers(1, 1 + ODD_WORDS, (len(rows), 4))
    source, place = planted(rng, n_train, n_test, share)
    for row, line in zip(train[source], place, strict=True):
        words = rng.permutation(row[row > 0])
        test[line] = np.pad(words, (0, width - len(words)))
    return split_of("train", train), split_of("test", test[fresh(test, train)])


def float_noise(rng, n_train, n_test, width, share, odd):
    """Rows of training with a little noise. Odd: the test lies densely in training."""
    train, test = numbers(rng, n_train, width), numbers(rng, n_test, width)
    source, place = planted(rng, n_train, n_test, share)
    test *= 0.2 if odd else 1.0
    noise = NOISE * train.std(axis=0) * rng.normal(size=(len(source), width))
    test[place] = train[source] + noise
    return split_of("train", train), split_of("test", test)


def shared_trajectory(rng, n_train, n_test, width, share, odd):
    """Windows of training trajectories at other times. Odd: from faster ones."""
    known, strange = n_train // WINDOWS, n_test // WINDOWS + 1
    shape = rng.normal(size=(4, known + strange, 1))
    shape[0, known:] *= 3.0 if odd else 1.0
    number = np.concatenate(
        [np.arange(n_train) % known, known + np.arange(n_test) % strange]
    )
    source, place = planted(rng, n_train, n_test, share)
    number[n_train + place] = source % known
    begin = rng.uniform(0, 50, (len(number), 1))
    seconds = begin + 0.1 * np.arange(width)
    fast, slow, first, second = shape[:, number]
    x = np.sin(fast * seconds + first) + np.cos(slow * seconds) * second
    of = {"trajectory": np.char.mod("t%d", number)}
    return (
        split_of("train", x[:n_train], origins={k: v[:n_train] for k, v in of.items()}),
        split_of("test", x[n_train:], origins={k: v[n_train:] for k, v in of.items()}),
    )


def shared_template(rng, n_train, n_test, width, share, odd):
    """Sentences of training templates, filled anew. Odd: few words fill them."""
    known, strange = n_train // SENTENCES, n_test // SENTENCES + 1
    templates = sentences(rng, known + strange, width)
    number = np.concatenate(
        [np.arange(n_train) % known, known + np.arange(n_test) % strange]
    )
    source, place = planted(rng, n_train, n_test, share)
    number[n_train + place] = source % known
    x = templates[number]
    holes = generator(width, 1).permutation(width // 2)[: max(2, width // 8)]
    x[:, holes] = rng.integers(2001, 2100 if odd else 4000, (len(x), len(holes)))
    name = np.char.mod("template %d", number)
    kept = fresh(x[n_train:], x[:n_train])
    test = x[n_train:][kept], {"template": name[n_train:][kept]}
    return (
        split_of("train", x[:n_train], origins={"template": name[:n_train]}),
        split_of("test", test[0], origins=test[1]),
    )


def shared_output(rng, n_train, n_test, width, share, odd):
    """Fresh inputs, outputs of training. Odd: half of the outputs are frequent ones."""
    x, y = numbers(rng, n_train + n_test, width), numbers(rng, n_train + n_test, width)
    if odd:  # frequent in the test, rarer in training
        frequent = rng.integers(0, 40, n_train + n_test)
        common = rng.random(n_train + n_test) < 0.1
        common[n_train:] = rng.random(n_test) < 0.5
        y[common] = numbers(rng, 40, width)[frequent[common]]
    source, place = planted(rng, n_train, n_test, share)
    y[n_train + place] = y[source]
    return (
        split_of("train", x[:n_train], y[:n_train]),
        split_of("test", x[n_train:], y[n_train:]),
    )


KINDS = {
    "verbatim": verbatim,
    "reordered tokens": reordered,
    "float noise": float_noise,
    "shared trajectory": shared_trajectory,
    "shared template": shared_template,
    "shared output only": shared_output,
}


def leaks(draw, key, sizes, width, share=0.0, odd=False):
    """Return the names of the checks that find a leak."""
    splits = draw(generator(*key), *sizes, width, share, odd)
    return sorted(check.name for check in find_leaks(splits).leaks)


def leak_row(number, kind, seeds):
    """Return what the audit says of one kind, and how long it takes."""
    draw, row = KINDS[kind], {"kind": kind, "missed": [], "alarms": []}
    row |= {"planted": 0, "nulls": 0, "seconds_per_10000": 0.0}
    for seed in range(seeds):
        for sizes in SIZES:
            for width in DIMS:
                case = (number, seed, sizes[0], width)
                for share in SHARES:
                    key = (*case, round(1000 * share))
                    found = leaks(draw, key, sizes, width, share)
                    row["planted"] += 1
                    row["missed"] += [] if found else [str(key)]
                for odd in (False, True):
                    found = leaks(draw, (*case, odd), sizes, width, odd=odd)
                    row["nulls"] += 1
                    row["alarms"] += [f"{(*case, odd)}: {found}"] if found else []
    for width in DIMS:
        splits = draw(generator(number, width), LARGE, LARGE, width, 0.0, False)
        start = time.perf_counter()
        find_leaks(splits)
        took = time.perf_counter() - start
        row["seconds_per_10000"] = max(row["seconds_per_10000"], round(took, 2))
    row["caught"] = row["planted"] - len(row["missed"])
    row["false_alarms"] = len(row["alarms"])
    return row


def show(row):
    """Print one line of the table."""
    caught = f"{row['caught']} of {row['planted']}"
    alarms = f"{row['false_alarms']} of {row['nulls']}"
    seconds = f"{row['seconds_per_10000']:.2f}"
    print(f"{row['kind']:32}{caught:>12}{alarms:>16}{seconds:>20}", flush=True)
    for name in ("missed", "alarms"):
        for case in row.get(name, ()):
            print(f"    {name}: {case}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--shifts", type=int, default=8, help="pairs of each shift")
    given = parser.parse_args()
    logging.getLogger("dist_invention").setLevel(logging.ERROR)
    start = time.perf_counter()
    head = "caught", "false alarms", "seconds per 10,000"
    print(f"{'planted':32}{head[0]:>12}{head[1]:>16}{head[2]:>20}")
    kinds = []
    for number, kind in enumerate(KINDS):
        kinds.append(leak_row(number, kind, given.seeds))
        show(kinds[-1])
    shifts = shift_rows(given.shifts)
    for row in shifts:
        show(row)
    rows = [*kinds, *shifts]
    alarms = sum(row["false_alarms"] for row in rows)
    nulls = sum(row["nulls"] for row in rows)
    summary = {
        "leaks_planted": sum(row["planted"] for row in kinds),
        "leaks_caught": sum(row["caught"] for row in kinds),
        "false_alarm_rate": round(alarms / nulls, 5),
        "null_pairs": nulls,
        "shifts_planted": sum(row["planted"] for row in shifts),
        "shifts_caught": sum(row["caught"] for row in shifts),
        "seconds_per_10000": max(row["seconds_per_10000"] for row in rows),
    }
    whole = summary["leaks_caught"] == summary["leaks_planted"]
    if not whole or summary["false_alarm_rate"] > MAX_FALSE_ALARMS:
        print("TARGETS MISSED")
    print(f"took {(time.perf_counter() - start) / 60:.1f} minutes")
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
