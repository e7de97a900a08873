"""The stages of a made-up run, their exams, and the choice of its weights."""

from made_lines import STAGES

SELECTION = {
    "rule": "last",
    "split": None,
    "measure": None,
    "step": 720,
    "value": None,
    "sentence": "last: the weights at the end of the last stage; none is picked",
}


def make_stages():
    names = list(STAGES)
    rows = []
    for place, (name, (steps, reason)) in enumerate(STAGES.items()):
        rows.append(
            {
                "name": name,
                "epochs": steps // 40,
                "steps": steps,
                "reason": reason,
                "seconds": steps * (0.21 + 0.05 * place),
                "terms": {"position": 0.031, "energy": 0.012, "momentum": 0.004},
                "exams": {
                    exam: 0.05
                    + 0.02 * k
                    + 0.4 * max(k - place, 0)
                    + (0.03 * (place - k) if k < place else 0.0)
                    for k, exam in enumerate(names)
                },
            }
        )
    return rows
