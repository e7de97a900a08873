"""What formulas with nothing to learn score on the Collatz splits, at each lookahead.

    python benchmarks/collatz_formulas.py

Among them is the look-behind floor, which reads 37 digits to base three and the size of
n: more than any table does. The last line is one JSON object.
"""

import json

from dist_invention.domains.collatz import closed_forms, make_splits
from dist_invention.domains.collatz.metrics import violations

LOOKAHEADS = (0, 10, 20, 30)
SPLITS = ("test_trajectories", "test_hard", "test_population")


def main():
    found = {}
    for lookahead in LOOKAHEADS:
        splits = make_splits(0, lookahead)
        print(f"lookahead {lookahead}: violated of 429, hard set %, population %")
        for form in closed_forms(lookahead):
            failed = [violations(form.predict(splits[s])["value"]) for s in SPLITS]
            rates = [float(rows.mean()) for rows in failed]
            found.setdefault(form.name, {})[lookahead] = [
                int(failed[0].sum()),
                *rates[1:],
            ]
            shares = " ".join(f"{100 * rate:8.3f}" for rate in rates[1:])
            print(f"  {form.name:<20} {failed[0].sum():4d} {shares}")
        sizes = {name: len(splits[name]) for name in SPLITS}
        print(f"  of {sizes}")
    print(json.dumps({"benchmark": "collatz_formulas", "by_lookahead": found}))


if __name__ == "__main__":
    main()
