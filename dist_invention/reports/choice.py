"""How the judged weights were chosen, and how often each test was looked at."""

from collections.abc import Mapping
from typing import Any

from dist_invention.reports.markup import Markup, absent, pairs_list, section
from dist_invention.reports.reads import reads_table
from dist_invention.reports.run_data import RunData
from dist_invention.reports.words import number, plain


def choice_section(run: RunData) -> Markup:
    """Return the rule of selection, where the weights come from, and the test reads.

    Args:
        run: The run.
    """
    return section(
        "choice",
        "Choice of weights, reads of tests",
        _selection(run.results),
        reads_table(run.results.get("reads")),
    )


def _selection(results: Mapping[str, Any]) -> Markup:
    chosen, told = results.get("selection"), results.get("selection_rule")
    facts: dict[str, object] = {}
    if isinstance(chosen, Mapping):
        facts["Rule"] = str(chosen.get("rule") or "not recorded")
        facts["In words"] = str(chosen.get("sentence") or told or "not recorded")
        facts["Step"] = number(chosen.get("step"))
        if chosen.get("split"):
            facts["Judged by"] = (
                f"{plain(chosen.get('measure'))} on split {chosen['split']}: "
                f"{number(chosen.get('value'))}"
            )
    elif told:
        facts["Rule"] = str(told)
    if not facts:
        return absent("no rule of selection was recorded.")
    facts["Weights judged"] = _weights(results)
    return pairs_list(facts)


def _weights(results: Mapping[str, Any]) -> str:
    said = str(results.get("weights_evaluated") or "which kind was not recorded")
    digest = results.get("weights_sha256")
    return f"{said}; SHA-256 {str(digest)[:12]}" if digest else said
