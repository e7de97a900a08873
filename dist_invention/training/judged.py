"""Put the weights that are judged into the model, and prove which they are."""

from dataclasses import dataclass
from typing import Any

from dist_invention.runtime.state import (
    averages_weights,
    weights_sha256,
    write_state,
)
from dist_invention.storage import write_arrays
from dist_invention.training.best_weights import RECORD
from dist_invention.training.export import export_model
from dist_invention.training.journey import RAW
from dist_invention.training.selection import Selection, selection_of
from dist_invention.training.session import Session
import keras

SELECTED = "selected.npz"
LAST = (
    "last: the weights at the end of the last stage. Scores on select splits may end a "
    "stage; none picks among checkpoints"
)


class NothingSelected(RuntimeError):
    """No epoch gave a finite value to choose by."""


@dataclass(frozen=True)
class Judged:
    """Which weights are in the model now.

    Args:
        selection: The rule and what it picked, as results.json holds it.
        sha256: Hash of model and optimizer variables, as they are judged.
        final_sha256: The same at the end of the last stage.
        kind: Raw or averaged, in words.

    Example:
        >>> Judged({"rule": "last"}, "0f3a", "0f3a", "raw").sha256
        '0f3a'
    """

    selection: dict[str, Any]
    sha256: str
    final_sha256: str
    kind: str

    def as_json(self) -> dict[str, Any]:
        """Return the fields of results.json."""
        return {
            "selection": self.selection,
            "selection_rule": self.selection["sentence"],
            "weights_sha256": self.sha256,
            "final_weights_sha256": self.final_sha256,
            "weights_evaluated": self.kind,
        }


def put_judged_weights(session: Session) -> Judged:
    """Put the weights that the experiment's rule picks into the model.

    Those of the best epoch are also written to `selected.npz`, and the model with them
    to `selected/`, as a stage's end writes its own. Doing so again, after a crash,
    gives the same files.

    Args:
        session: A run whose stages are done.

    Raises:
        NothingSelected: If the rule is `best` and no epoch had a finite value.
    """
    rule = selection_of(session.experiment)
    final = weights_sha256(session.learner)
    last_step = session.checkpointer.record["stages"][-1]["last_step"]
    if rule.rule == "last":
        chosen = {
            **rule.as_json(),
            "step": last_step,
            "value": None,
            "sentence": LAST,
        }
        return Judged(chosen, final, final, _kind(session))
    found = session.checkpointer.record.get(RECORD)
    if found is None:
        raise NothingSelected(
            f"Expected an epoch with a finite {rule.key} to choose weights by. "
            "Received: none. Mend the loss, or choose by another measure."
        )
    chosen = {
        **rule.as_json(),
        "step": found["step"],
        "value": found["value"],
        "sentence": _sentence(rule, found, last_step),
    }
    _put(session, chosen)
    digest = weights_sha256(session.learner)
    return Judged(chosen, digest, final, "those that validation saw at that step")


def _sentence(rule: Selection, found: dict[str, Any], last_step: int) -> str:
    least = "lowest" if rule.better == "lower" else "highest"
    return (
        f"best: the weights of the epoch with the {least} {rule.key}, a select split: "
        f"{found['value']:.6g} at step {found['step']} of {last_step}"
    )


def _put(session: Session, chosen: dict[str, Any]) -> None:
    """Write the chosen weights into the model, then into the run's folder."""
    folder, arrays = session.folder, session.checkpointer.carried
    prefix = f"{RECORD}/"
    state = {name.removeprefix(prefix): array for name, array in arrays.items()}
    write_state(session.model, state, groups=("model",))
    write_arrays(folder.path / SELECTED, arrays, chosen)
    inputs = keras.tree.map_structure(
        lambda part: part[:4], session.batches[0].batch(0, 0)[0]
    )
    place = folder.artifact(f"{RECORD}/model.keras").parent
    files = [folder.path / SELECTED, *export_model(session.model, place, inputs)]
    session.mirror.copy(files, folder.path)
    folder.record("selected", **chosen)


def _kind(session: Session) -> str:
    """Which weights the scores belong to, where an optimizer keeps two kinds."""
    if not averages_weights(session.learner.optimizer):
        return "raw: the optimizer keeps no average"
    return f"averaged (EMA); the raw ones of each stage are in stages/*/{RAW}"
