"""What the README of this world says can be counted, and is."""

import ast
from math import log2
from pathlib import Path
import re

from dist_invention.domains import collatz
from dist_invention.domains.collatz.data import make_splits, trajectories
from dist_invention.domains.collatz.metrics import violations
from dist_invention.domains.collatz.rules import syracuse, trajectory
from dist_invention.domains.collatz.windows import windows
import numpy as np
import pytest

FOLDER = Path(collatz.__file__).parent
TEXT = (FOLDER / "README.md").read_text()
GUIDE = (FOLDER.parents[2] / "TRAINING_GUIDE.md").read_text()


def failed(split, lookahead):
    """Return the share of violations of each formula."""
    return {
        form.name: float(violations(form.predict(split)["value"]).mean())
        for form in collatz.closed_forms(lookahead)
    }


def test_every_module_is_named_in_one_line():
    table = TEXT.split("## Modules")[1].split("##")[0]
    named = re.findall(
        r"`(\w+)`", "".join(line.split("|")[1] for line in table.splitlines()[3:-1])
    )
    modules = [path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__"]
    assert sorted(named) == sorted(modules)


def test_the_counts_of_the_formulas_are_those_of_the_table():
    at_0, at_10 = (failed(trajectories(seen), seen) for seen in (0, 10))
    for name, share in (
        ("ln n", at_0["ln n"]),
        ("PEAK, L = 10", at_10["PEAK"]),
        ("look-behind peak, L = 0", at_0["look-behind peak"]),
        ("look-behind floor, L = 0", at_0["look-behind floor"]),
    ):
        [line] = [row for row in TEXT.splitlines() if row.startswith(f"| {name} |")]
        assert line.split("|")[3].split()[0] == str(round(429 * share)), name


@pytest.mark.slow
def test_the_sizes_of_the_splits_and_the_shares_of_the_formulas_are_those_said():
    for name, split in make_splits(0, 0).items():
        assert f" {len(split):,}" in TEXT, name
    for form, lookahead in (
        ("ln n", 0),
        ("PEAK", 10),
        ("look-behind peak", 0),
        ("look-behind floor", 0),
    ):
        [line] = [row for row in TEXT.splitlines() if row.startswith(f"| {form}")]
        splits = make_splits(0, lookahead)
        for column, name in ((4, "test_hard"), (5, "test_population")):
            found = failed(splits[name], lookahead)[form]
            assert line.split("|")[column].strip() == f"{100 * found:.1f} %"


def test_the_least_ancestor_gives_a_v_that_falls_at_every_step():
    """No ancestor over n is the least one, so paths from below n tell all of them."""
    most = 4001
    first: dict[int, tuple[int, int]] = {}  # value: its least ancestor, and the age
    for start in range(1, most + 1, 2):
        for age, n in enumerate(trajectory(start)):
            first.setdefault(n, (start, age))
    worst = {"README": np.inf, "age / 8": np.inf}
    for n in range(3, most + 1, 2):
        (m, age), (later, new_age) = first[n], first[syracuse(n)[0]]
        assert (later, -new_age) < (m, -age)
        fall = log2(m) + 2.0**-age / m - log2(later) - 2.0**-new_age / later
        worst["README"] = min(worst["README"], fall)
        linear = log2(m) - age / 8 - log2(later) + new_age / 8
        worst["age / 8"] = min(worst["age / 8"], linear)
    assert worst["README"] > 0
    assert worst["age / 8"] < 0, "the pair falls for certain, the sum does not"


def test_after_a_climb_different_integers_read_the_same():
    climbing = [2**30 * odd - 1 for odd in (1, 5, 77)]
    for _ in range(19):
        climbing = [syracuse(n)[0] for n in climbing]
    seen = windows(climbing, steps=5)
    assert len({row.tobytes() for row in seen.residue}) == 1
    assert len({row.astype(np.float32).tobytes() for row in seen.height}) == 1


def test_every_table_fails_where_a_class_grows_into_itself():
    n = 3**8 * 2**40 - 1
    later = syracuse(n)[0]
    assert later > n
    assert later % 3**8 == n % 3**8


def test_every_error_class_of_this_world_has_its_row_in_the_guide():
    said = [words for path in sorted(FOLDER.glob("*.py")) for words in errors_of(path)]
    assert len(said) > 12
    for words in said:
        assert f"`{words}" in GUIDE, words


def errors_of(path):
    """Yield the first four words, if literal, of what each class of a file says."""
    tree = ast.parse(path.read_text())
    own = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    for node in ast.walk(tree):
        call = node.exc if isinstance(node, ast.Raise) else None
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in own:
            first = call.args[0]
            first = first.values[0] if isinstance(first, ast.JoinedStr) else first
            yield " ".join(ast.literal_eval(first).split()[:4])
