"""Two files by the names that DVC reads: `params.yaml` and `metrics.json`."""

from collections.abc import Mapping
from typing import Any

from dist_invention.storage import RunFolder, to_json, write_json
from dist_invention.training.config import NOT_IN_HASH, TrainingConfig

PARAMS, METRICS = "params.yaml", "metrics.json"

Headline = dict[str, dict[str, dict[str, Any]]]


def write_params(folder: RunFolder, config: TrainingConfig) -> None:
    """Write what can change a result, a line a setting; JSON values are YAML.

    Args:
        folder: The run's folder, locked.
        config: Its settings.
    """
    folder.save_text(PARAMS, params_text(config))


def params_text(config: TrainingConfig) -> str:
    """Return the settings that can change a result, as flat YAML.

    Example:
        >>> params_text(TrainingConfig(seed=3)).splitlines()[:2]
        ['preset: "demo"', 'seed: 3']
    """
    lines = [
        f"{name}: {to_json(value)}\n"
        for name, value in config.as_json().items()
        if name not in NOT_IN_HASH
    ]
    return "".join(lines)


def write_metrics(folder: RunFolder, results: Mapping[str, Any]) -> None:
    """Write the headline scores of a run beside its results.

    Args:
        folder: The run's folder, locked.
        results: The content of results.json.
    """
    write_json(folder.path / METRICS, headline_scores(results))


def headline_scores(results: Mapping[str, Any]) -> Headline:
    """Return value, interval and count by split and metric.

    Those that the experiment puts first, over all examples; all if it names none.
    What was not measured is left out: no number stands for it.

    Args:
        results: The content of results.json.

    Example:
        >>> score = {"split": "far", "metric": "mse", "stratum": "all", "value": 2.0,
        ...          "interval": [1.0, 3.0], "n": 8, "unit": "m2"}
        >>> headline_scores({"scores": [score]})
        {'far': {'mse': {'value': 2.0, 'low': 1.0, 'high': 3.0, 'n': 8, 'unit': 'm2'}}}
    """
    first = results.get("headline") or [row["metric"] for row in results["scores"]]
    found: Headline = {}
    for row in results["scores"]:
        if row["metric"] not in first or row["stratum"] != "all":
            continue
        if not isinstance(row["value"], int | float):
            continue
        low, high = row.get("interval") or (None, None)
        bounds = {} if low is None else {"low": low, "high": high}
        found.setdefault(row["split"], {})[row["metric"]] = {
            "value": row["value"],
            **bounds,
            "n": row["n"],
            "unit": row["unit"],
        }
    return found
