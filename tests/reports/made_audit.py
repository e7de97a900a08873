"""The audit, the health and the requests of a made-up run."""

import numpy as np

SUPPORT = {  # by tier: verdict, sentence, distance
    "in": ("SAME", "No check tells test_in from the training data.", 0.0),
    "near": ("OUTSIDE SUPPORT", "Gravity lies below every training value.", 0.22),
    "far": (
        "OUTSIDE SUPPORT",
        "Gravity and friction lie outside their training ranges in every row.",
        0.89,
    ),
    "regimes": (
        "SHIFTED INSIDE SUPPORT",
        "Drawn otherwise than training, yet within every training range.",
        None,
    ),
}
CHECKS = (
    ("range: gravity", "share", 0.01, "outside"),
    ("range: friction", "share", 0.01, "outside"),
    ("classifier two-sample test", "AUC", None, "shift"),
    ("maximum mean discrepancy", "1", None, "shift"),
    ("hull membership", "share", 0.02, "outside"),
)


def make_support(tier):
    verdict, sentence, distance = SUPPORT[tier]
    checks = []
    for name, unit, null_rate, found in CHECKS:
        is_found = (verdict == "OUTSIDE SUPPORT") or (
            verdict == "SHIFTED INSIDE SUPPORT" and found == "shift"
        )
        checks.append(
            {
                "name": name,
                "value": 0.97 if is_found else 0.01,
                "unit": unit,
                "null_rate": null_rate,
                "p_value": 0.005 if is_found else 0.41,
                "verdict": found if is_found else "ok",
                "detail": "" if null_rate else "group folds",
            }
        )
    return {
        "split": f"test_{tier}",
        "tier": tier,
        "verdict": verdict,
        "sentence": sentence,
        "distance": distance,
        "distance_unit": "widths of the training range",
        "checks": checks,
    }


def make_audit(names):
    """Return `audit` of results.json for splits with these names, training first."""
    return {
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
        "support": [make_support(tier) for tier in ("far", "in", "near", "regimes")],
        "support_calibration": [
            {
                "name": name,
                "false_positive_rate": 0.05,
                "nominal": 0.05,
                "repeats": 40,
                "detail": "train against train, halves by group",
            }
            for name, *_ in CHECKS
        ],
    }


def make_health():
    """Return findings of every kind, none of them an alarm."""
    rows = [
        ("collapse: position", 0.94, 0.01, "ok", "predictions vary 0.94 times as much"),
        ("collapse: velocity", 0.88, 0.01, "ok", "predictions vary 0.88 times as much"),
        ("loss share: position", 0.71, 0.99, "ok", "position is 71 % of the loss"),
        ("loss share: momentum", 0.0, 1e-4, "off", "momentum is 0 % of the loss"),
        ("repeated loss", 1.0, 5.0, "ok", "1 losses in a row agree to six digits"),
        ("probe: rule changed", 0.31, 0.01, "ok", "the output moves with the rule"),
        ("probe: batch mates", 0.0, 1e-5, "ok", "permuted batches permute the output"),
        (
            "probe: future",
            None,
            1e-5,
            "not measured",
            "the model sees no future frames",
        ),
    ]
    names = ("name", "value", "limit", "verdict", "detail")
    return [dict(zip(names, row, strict=True)) for row in rows]


def amount(value, width=0.1):
    return {
        "value": value,
        "n": 204,
        "interval": [value * (1 - width), value * (1 + width)],
        "interval_method": "expanded percentile bootstrap, 51 groups",
    }


def make_counterfactual():
    """Return one request that is followed, one that is not, one not measured."""
    absent = {
        "value": None,
        "status": "not measured",
        "reason": "all of this part changes: there is no rest",
    }
    followed = {
        "request": "gravity becomes -4 m/s2",
        "original": "request_before",
        "edited": "request_after",
        "tier": "in",
        "part": "position",
        "unit": "m",
        "n": 204,
        "n_groups": 51,
        "effect": amount(0.13),
        "skill": amount(0.79, 0.05),
        "response": amount(0.94),
        "preservation": amount(0.021),
        "before": amount(0.019),
        "moved": amount(0.004),
        "ignoring": [
            {"name": "this model, not told", "value": 0.66},
            {"name": "truth of the old rules", "value": 0.62},
        ],
        "ceiling": {"name": "the world under the changed rules", "value": 0.0},
        "verdict": "follows",
        "sentence": "Asked: gravity becomes -4 m/s2. The error where the truth changes "
        "is 0.13 m, against 0.62 m of ignoring it.",
    }
    deaf = {
        **followed,
        "request": "friction becomes 0.9",
        "tier": "far",
        "effect": amount(0.58),
        "skill": amount(0.04, 2.0),
        "preservation": absent,
        "before": absent,
        "moved": absent,
        "verdict": "no evidence",
        "sentence": "Asked: friction becomes 0.9. No evidence that it was followed.",
    }
    return [followed, deaf]
