"""Violations of learned Lyapunov functions of the Collatz map, beside formulas.

    python benchmarks/collatz.py --quick                  # minutes: one seed, the speed
    python benchmarks/collatz.py --full --seeds 5         # hours: the table over seeds
    python benchmarks/collatz.py --score FILE --lookahead 10

Each seed is a run of its own; finished runs are verified and used as they are, missing
ones are trained. `--full` also writes one table a track, that of the seed with the
least loss on `select_hard`: no test split has a say. `--score` reads odd integers, one
a line, and judges them with those tables. Without a mode it is `--quick`. The last
line is one JSON object; rates in it are shares, percent only where it says so.
"""

import argparse
from concurrent.futures import ThreadPoolExecutor
import json
from pathlib import Path
import random
import re
import subprocess
import sys
import time

from dist_invention.domains.collatz import exported, track_table
from dist_invention.domains.collatz.closed_forms import most_ahead
from dist_invention.domains.collatz.data import trajectories
from dist_invention.domains.collatz.listed import judged_windows, read_integers
from dist_invention.domains.collatz.metrics import violations
from dist_invention.domains.collatz.plain_windows import of_row, plain_windows
from dist_invention.domains.collatz.track_table import (
    HARD_RATE,
    MODEL,
    PASS,
    VIOLATIONS,
    Track,
)
from dist_invention.domains.collatz.windows import windows
from dist_invention.reports import read_run
from dist_invention.storage import CorruptFile, write_json, write_text
import keras

REPO = Path(__file__).resolve().parents[1]
SCRIPT = REPO / "experiments" / "05_collatz_lyapunov" / "train.py"
OUT = REPO / "results" / "05_collatz_lyapunov"
NAMES = (VIOLATIONS, "111, of 24", "27, of 41", "703, of 62", "26623, of 113")
NAMES += ("626331, of 189", PASS, "weighted pass, %", "growth pass, %")
RECORD_10 = dict(zip(NAMES, (64, 0, 0, 11, 16, 37, 97.22, 96.70, 99.77), strict=True))
RECORD_20 = dict(zip(NAMES, (58, 0, 0, 8, 18, 32, 97.91, 97.40, 99.82), strict=True))
GOALS = {"L00": (36, 7.5), "bits": (25, 6.5), "L10": (20, 4.4), "L20": (10, 2.5)}
GOALS |= {"L30": (6, 1.7)}
BELOW = {name: {VIOLATIONS: n, HARD_RATE: rate} for name, (n, rate) in GOALS.items()}
FULL = "--preset full --lookahead"
SHORT = "--steps 32 --batch-size 8192 --rate 0.2"  # many beginnings of paths
TRACKS = {
    "L00": Track(f"{FULL} 0 {SHORT}", {}, BELOW["L00"], {PASS: 99}),
    "bits": Track(f"{FULL} 0 {SHORT} --bits 10 --trits 5", {}, BELOW["bits"]),
    "L10": Track(f"{FULL} 10 {SHORT}", RECORD_10, BELOW["L10"]),
    "L20": Track(f"{FULL} 20", RECORD_20, BELOW["L20"]),
    "L30": Track(f"{FULL} 30", {}, BELOW["L30"]),
}
RECORDS = {0: {}, 10: RECORD_10, 20: RECORD_20}
ROWS, PYTHON_ROWS, VALUE_BITS, REPEATS = {10: 65_600, 100: 16_400}, 4_000, 125, 3


def trained(flags, seed, runs_dir):
    """Run the experiment for one seed, or verify it; return what its folder says."""
    command = [sys.executable, str(SCRIPT), *flags.split(), "--seed", str(seed)]
    done = subprocess.run(
        [*command, "--runs-dir", str(runs_dir)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.stderr.write(done.stdout[-2000:] + done.stderr[-2000:])
        raise SystemExit(f"{flags}, seed {seed}: exit code {done.returncode}")
    found = re.search(r"^results: (.+)$", done.stdout, re.MULTILINE)
    run = read_run(Path(found[1]).parent)
    run.sealed_results()
    print(f"done: {flags} --seed {seed}, {run.results['seconds']} s", file=sys.stderr)
    return run


def rows_per_second(lookahead):
    """Return rows a second of processor time: of `windows`, and of plain Python."""
    generator = random.Random(0)
    top = 1 << (VALUE_BITS - 1)
    values = [top | generator.getrandbits(VALUE_BITS - 1) | 1 for _ in range(65_600)]
    values, some = values[: ROWS[lookahead]], values[:PYTHON_ROWS]
    steps, rates, plain_rates = lookahead + 1, [], []
    for _ in range(REPEATS):
        begin = time.process_time()
        seen = windows(values, steps)
        middle = time.process_time()
        plain = list(plain_windows(some, steps))
        rates.append(len(values) / (middle - begin))
        plain_rates.append(len(some) / (time.process_time() - middle))
    if any(not row.is_equal(of_row(seen, i)) for i, row in enumerate(plain)):
        raise SystemExit(f"windows at lookahead {lookahead} are not exact")
    return max(rates), max(plain_rates)


def quick(asked):
    """Train the demo at three lookaheads and measure the speed of the data."""
    keys = {"violations": VIOLATIONS, "hard_rate": HARD_RATE, "pass": PASS}
    found = {f"{who}{key}": {} for who in ("", "peak_") for key in keys}
    for lookahead, record in RECORDS.items():
        track = Track(f"--preset demo --lookahead {lookahead}", record)
        run = measures_of(trained(track.flags, 0, asked.runs_dir))
        rows = track_table.track_rows(track, [run])
        print(track_table.as_text(f"lookahead {lookahead}", track, rows) + "\n")
        for key, name in keys.items():
            for who, place in ((MODEL, key), ("PEAK", f"peak_{key}")):
                value = run[name][who]
                found[place][lookahead] = value if key == "violations" else value / 100
    print("rows a second on one core, 125-bit integers: windows, plain Python, ratio")
    names = ("rows_per_second", "python_rows_per_second", "ratio")
    found |= {name: {} for name in names}
    for lookahead in ROWS:
        ours, plain = rows_per_second(lookahead)
        for name, value in zip(names, (ours, plain, ours / plain), strict=True):
            found[name][lookahead] = round(value, 1)
        print(
            f"lookahead {lookahead:>3} {ours:11,.0f} {plain:9,.0f} {ours / plain:6.1f}"
        )
    print(json.dumps({"benchmark": "collatz", "mode": "quick", **found}))


def selection_loss(run):
    """Return the last loss on the split that selection uses, `select_hard`."""
    select = [data["name"] for data in run.results["data"] if data["role"] == "select"]
    if select[0] != "select_hard":
        raise SystemExit(f"Expected select_hard to come first. Received: {select}.")
    epochs = [line for line in run.metrics if line["kind"] == "epoch"]
    return max(epochs, key=lambda line: line["step"])["values"]["val_loss"]


def judged_model(run):
    """Return the model that was judged, as Keras file of the run."""
    chosen = run.folder / "selected" / "model.keras"
    last = sorted((run.folder / "stages").glob("*/model.keras"))[-1]
    return keras.models.load_model(chosen if chosen.is_file() else last, compile=False)


def measures_of(run):
    """Return all measures of a run: of its results, and of its model on the paths."""
    config = run.run["config"]
    split = trajectories(config["lookahead"], with_low=config["bits"] > 0)
    value = judged_model(run).predict(split.input_arrays(), verbose=0)["value"]
    again = track_table.on_paths(value, split, config["lookahead"])
    values = track_table.measured(run.results)
    if again[VIOLATIONS] != values[VIOLATIONS]:
        raise SystemExit(f"{run.name}: {again[VIOLATIONS]} is not {values[VIOLATIONS]}")
    return {**values, **again}


def exported_best(name, runs, out):
    """Write the table of the run that selection likes best; return what it is."""
    losses = [selection_loss(run) for run in runs]
    best = runs[losses.index(min(losses))]
    about = {"run": best.name, "seed": best.results["seed"], "select_hard": min(losses)}
    about["weights_sha256"] = best.results["weights_sha256"]
    table = exported.from_model(judged_model(best), about)
    kept = exported.save(out / f"{name}.npz", table)
    values = [int(key.split(">")[0]) for key in trajectories(kept.lookahead).keys]
    found = exported.score(kept, values, kept.lookahead)
    return {"file": f"{name}.npz", **about, "violations_of_429": found["violations"]}


def full(asked):
    """Train every track over seeds; write the table, and one model a track."""
    jobs = [(name, seed) for seed in range(asked.seeds) for name in TRACKS]
    with ThreadPoolExecutor(asked.workers) as pool:
        runs = pool.map(
            lambda j: trained(TRACKS[j[0]].flags, j[1], asked.runs_dir), jobs
        )
        by_job = dict(zip(jobs, runs, strict=True))
    found, texts = {}, []
    for name, track in TRACKS.items():
        own = [by_job[name, seed] for seed in range(asked.seeds)]
        rows = track_table.track_rows(track, [measures_of(run) for run in own])
        kept = exported_best(name, own, asked.out)
        seconds = [run.results["seconds"] for run in own]
        found[name] = {"flags": track.flags, "rows": rows, "exported": kept}
        found[name] |= {"runs": [run.name for run in own], "seconds": seconds}
        texts.append(track_table.as_text(name, track, rows))
        texts[-1] += f"\nseconds, {asked.workers} runs at a time: {seconds}"
        texts[-1] += f"\n{kept['file']}: seed {kept['seed']}, "
        texts[-1] += f"{kept['violations_of_429']} violations of 429 as stored\n"
    text = "\n".join(texts)
    whole = {
        "benchmark": "collatz",
        "mode": "full",
        "seeds": asked.seeds,
        "tracks": found,
    }
    write_text(asked.out / "table.txt", text)
    write_json(asked.out / "table.json", whole)
    print(f"{text}\n{json.dumps(whole)}")


def score(asked):
    """Judge the integers of a file; the table and PEAK see the same values."""
    values = read_integers(asked.score)
    pattern = "bits.npz" if asked.bits else "L*.npz"
    name, table = exported.load_for(asked.lookahead, asked.out, pattern)
    found = exported.score(table, values, asked.lookahead)
    parts = judged_windows(values, asked.lookahead)
    peak = int(sum(violations(most_ahead(part.height)).sum() for part in parts))
    for who, failed in ((name, found["violations"]), ("PEAK", peak)):
        share = 100 * failed / len(values)
        print(f"{who:<9} {failed} of {len(values)} steps violated, {share:.2f} %")
    beside = {"model": name, "peak_violations": peak, "peak_rate": peak / len(values)}
    print(json.dumps({**found, "lookahead": asked.lookahead, **beside}))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    modes = parser.add_mutually_exclusive_group()
    modes.add_argument("--quick", action="store_true", help="one seed; the default")
    modes.add_argument("--full", action="store_true", help="the table over seeds")
    modes.add_argument("--score", type=Path, metavar="FILE", help="odd integers")
    parser.add_argument("--lookahead", type=int, help="steps that V sees, for --score")
    parser.add_argument("--bits", action="store_true", help="score with the bits track")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2, help="runs at a time")
    parser.add_argument("--out", type=Path, default=OUT, help="folder of the tables")
    parser.add_argument("--runs-dir", type=Path, default=Path("runs"))
    asked = parser.parse_args()
    if min(asked.seeds, asked.workers) < 1:
        parser.error(
            f"Expected at least one seed and worker. Received: --seeds {asked.seeds} "
            f"--workers {asked.workers}. Give 1 or more."
        )
    if asked.score and (asked.lookahead is None or asked.lookahead < 0):
        parser.error(
            "Expected --lookahead of at least 0 beside --score. Received: "
            f"{asked.lookahead}. Give the steps of the map that V may see."
        )
    try:
        (score if asked.score else full if asked.full else quick)(asked)
    except (CorruptFile, OSError, ValueError) as error:
        if not asked.score:
            raise
        print(error, file=sys.stderr)
        raise SystemExit(2) from error


if __name__ == "__main__":
    main()
