"""Did the model follow a request to change the rules, and leave the rest alone?"""

from collections.abc import Mapping, Sequence
from typing import Any

from dist_invention.reports.axes import scale_over
from dist_invention.reports.dots import Dot, axis_row, dot_row
from dist_invention.reports.markup import (
    Markup,
    absent,
    element,
    folded,
    joined,
    section,
    table,
)
from dist_invention.reports.run_data import RunData
from dist_invention.reports.words import (
    interval,
    is_number,
    number,
    plain,
    tier_name,
    titled,
)

LEDE = (
    "The model is asked about the same examples twice: under the rules as they are, "
    "and after a request to change them. The edited effect is its error where the "
    "truth changes; preservation is its error where the truth stays. Ignoring the "
    "request is the score to beat."
)
TONES = {
    "follows": "good",
    "worse than ignoring": "bad",
    "deaf": "bad",
    "no evidence": "even",
}

Outcome = Mapping[str, Any]


def counterfactual_section(run: RunData) -> Markup:
    """Return one card a request and part of the answer.

    Args:
        run: The run.
    """
    title = "On request: changed rules"
    outcomes = run.results.get("counterfactual")
    if outcomes is None:
        return section(
            "counterfactual", title, absent("no request to change the rules was made.")
        )
    if not outcomes:
        said = absent("this world offers no request with a ground truth.")
        return section("counterfactual", title, said)
    told = [o for o in outcomes if o.get("verdict") != "not measured"]
    lede = element("p", LEDE, class_="lede")
    parts = [lede, _unheard([o for o in outcomes if o not in told])]
    if told:
        cards = element("div", *map(_card, told), class_="grid2")
        parts += [cards, _numbers(told)]
    return section("counterfactual", title, *parts)


def _unheard(outcomes: Sequence[Outcome]) -> Markup:
    """Return the requests that were not put to the model, with one line a reason."""
    reasons: dict[str, list[str]] = {}
    for outcome in outcomes:
        asked = f"{outcome.get('request')} ({plain(outcome.get('part'))})"
        reasons.setdefault(_why(outcome, "effect"), []).append(asked)
    return joined(
        joined([absent(f"{why}."), element("ul", *(element("li", a) for a in asked))])
        for why, asked in reasons.items()
    )


def _card(outcome: Outcome) -> Markup:
    verdict = str(outcome.get("verdict") or "not measured")
    said = element("span", verdict, class_=f"said {TONES.get(verdict, 'note')}")
    where = plain(outcome.get("part", "unnamed part"))
    tier = f", {tier_name(outcome['tier']).lower()}" if outcome.get("tier") else ""
    head = element("figcaption", element("b", f"{titled(where)}{tier}"), said)
    request = element("p", "Asked: ", element("b", str(outcome.get("request"))))
    sentence = element("p", str(outcome.get("sentence") or ""), class_="note")
    return element(
        "figure", head, request, _rows(outcome), sentence, class_="panel dots"
    )


def _rows(outcome: Outcome) -> Markup:
    """Draw the errors on one axis: told, those that ignore, and what should stay."""
    effect, kept = _value(outcome, "effect"), _value(outcome, "preservation")
    if effect is None and kept is None:
        return absent(f"{_why(outcome, 'effect')}.")
    rivals = [r for r in outcome.get("ignoring") or () if is_number(r.get("value"))]
    before = _value(outcome, "before")
    heights = [effect, kept, before, *(rival["value"] for rival in rivals)]
    bounds = [b for n in ("effect", "preservation") for b in _bounds(outcome, n) or ()]
    axis = scale_over([*heights, *bounds], log=False)
    least = min((rival["value"] for rival in rivals), default=None)
    rows = []
    if effect is not None:
        model = Dot(effect, "m-model")
        ends = _bounds(outcome, "effect")
        shown = number(effect)
        rows.append(
            dot_row("edited effect", shown, axis, [model], ends, least, "model")
        )
        rows += [
            dot_row(
                f"ignoring: {plain(rival['name'])}",
                number(rival["value"]),
                axis,
                [Dot(rival["value"], "m-trivial", "triangle")],
                None,
                least,
            )
            for rival in rivals
        ]
    rows += _kept(outcome, axis, kept, before)
    unit = outcome.get("unit")
    note = f"error ({unit})" if unit not in (None, "1") else "error"
    return element("div", *rows, axis_row(axis, note))


def _kept(outcome: Outcome, axis, kept, before) -> list[Markup]:
    rows = []
    if kept is not None:
        dot, ends = Dot(kept, "m-model", "diamond"), _bounds(outcome, "preservation")
        rows.append(dot_row("preservation", number(kept), axis, [dot], ends, before))
    if before is not None:
        dot = Dot(before, "m-trivial", "down")
        rows.append(dot_row("the same, not told", number(before), axis, [dot]))
    return rows


def _numbers(outcomes: Sequence[Outcome]) -> Markup:
    head = ("Request", "Part", "Edited effect", "Least ignoring", "Skill", "Response")
    head += ("Preservation", "Not told", "Moved", "Pairs")
    rows = [
        (
            str(outcome.get("request")),
            plain(outcome.get("part")),
            _cell(outcome, "effect"),
            element("td", _least(outcome), class_="num"),
            *(_cell(outcome, name) for name in ("skill", "response")),
            *(_cell(outcome, name) for name in ("preservation", "before", "moved")),
            element("td", number(outcome.get("n")), class_="num"),
        )
        for outcome in outcomes
    ]
    return folded("The numbers", table(head, rows, class_="scores"))


def _cell(outcome: Outcome, name: str) -> Markup:
    value = _value(outcome, name)
    if value is None:
        return element("td", "not measured", element("small", _why(outcome, name)))
    bounds = _bounds(outcome, name)
    small = element("small", interval(bounds) if bounds else "no interval")
    return element("td", number(value), small, class_="num")


def _least(outcome: Outcome) -> str:
    rivals = [r for r in outcome.get("ignoring") or () if is_number(r.get("value"))]
    least = min(rivals, key=lambda rival: rival["value"], default=None)
    if least is None:
        return "not measured"
    return f"{number(least['value'])} {plain(least['name'])}"


def _amount(outcome: Outcome, name: str) -> Mapping[str, Any]:
    found = outcome.get(name)
    return found if isinstance(found, Mapping) else {"value": found}


def _value(outcome: Outcome, name: str) -> float | None:
    value = _amount(outcome, name).get("value")
    return float(value) if is_number(value) else None


def _bounds(outcome: Outcome, name: str) -> Any:
    return _amount(outcome, name).get("interval")


def _why(outcome: Outcome, name: str) -> str:
    return str(_amount(outcome, name).get("reason") or "no reason was recorded")
