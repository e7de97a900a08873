from dist_invention.campaigns.table import difference_table


def summary(**changes):
    cells = [
        {"arm": "curriculum", "mean": 0.5, "values": [1, 2, 3]},
        {"arm": "joint", "mean": 0.25, "values": [1, 2]},
    ]
    item = {"arm": "joint", "mean": 0.25, "interval": None, "p_holm": None}
    row = {"split": "test_far", "metric": "mse", "unit": "m2", "better": "lower"}
    row |= {"arms": cells, "differences": [item]}
    found = {
        "scores": [row, {**row, "metric": "mae", "unit": "1"}],
        "area": [],
        "verdicts": [{"metric": "mse"}],
        "budget": {"sentence": "All took 60 steps."},
        "warnings": ["Two seeds are few."],
        "verdict": "No evidence of benefit.",
    }
    return {**found, **changes}


def test_the_table_shows_headlines_budget_warnings_and_verdict():
    lines = difference_table(summary()).splitlines()
    assert lines[0] == "MSE (m2, lower is better)"
    assert lines[1].split()[:3] == ["split", "arm", "mean"]
    assert lines[2].split() == ["test_far", "curriculum", "0.500", "3"]
    assert lines[3].split() == ["joint", "0.250", "0.250", "refused", "2"]
    assert lines[-3:] == [
        "All took 60 steps.",
        "Two seeds are few.",
        "No evidence of benefit.",
    ]
    assert "MAE" not in "\n".join(lines)


def test_intervals_and_areas_are_shown_where_they_are_known():
    found = summary()
    item = {"arm": "joint", "mean": -0.1, "interval": [-0.2, 0.1], "p_holm": 0.25}
    area = {**found["scores"][0], "metric": "area", "unit": "1", "differences": [item]}
    text = difference_table({**found, "area": [area]})
    assert "area (lower is better)" in text
    assert "[-0.200, 0.100]" in text
    assert "0.250" in text


def test_every_metric_is_shown_where_there_is_no_verdict():
    text = difference_table(summary(verdicts=[]))
    assert "MSE (m2" in text
    assert "MAE (lower" in text
