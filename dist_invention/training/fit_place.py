"""How far a `fit` has come, and the epoch that it has to begin with."""

from dataclasses import replace
import sys

from dist_invention.curriculum import Place

BEYOND = sys.maxsize  # an epoch after every `epochs`


class BeginsElsewhere(ValueError):
    """`fit` begins at another epoch than the checkpoint."""


class FitPlace:
    """The place that a `fit` has reached.

    Attributes:
        now: The place; inside an epoch, the batches that are over.
        begun: Batches of the epoch that have begun.
        initial_epoch: Where the newest checkpoint lets a `fit` begin.

    Example:
        >>> place = FitPlace()
        >>> place.begin_epoch(0)
        >>> place.begun = 7
        >>> place.end_epoch(0)
        >>> place.now
        Place(stage=0, epoch=1, step=0, global_step=7)
    """

    def __init__(self):
        self.now = Place()
        self.begun = 0
        self.initial_epoch = 0

    def go_on_from(self, place: Place, is_stopping: bool) -> None:
        """Take the place of a checkpoint, as `saved` does, and be there."""
        self.now = place
        self.saved(place, is_stopping)

    def saved(self, place: Place, is_stopping: bool) -> None:
        """Note where the newest checkpoint is.

        Args:
            place: The place that it belongs to.
            is_stopping: Whether a callback has ended the `fit` there.
        """
        ended = is_stopping and place.step == 0
        self.initial_epoch = BEYOND if ended else place.epoch

    def begin_epoch(self, epoch: int) -> None:
        """Begin an epoch, or go on inside it where the place lies inside."""
        self.now = replace(self.now, epoch=epoch)
        self.begun = self.now.step

    def reach(self, batches: int) -> None:
        """Note that so many batches of the epoch are over."""
        total = self.now.global_step - self.now.step + batches
        self.now = replace(self.now, step=batches, global_step=total)

    def end_epoch(self, epoch: int) -> None:
        """Note that an epoch is over, with all the batches that have begun."""
        self.reach(self.begun)
        self.now = replace(self.now, epoch=epoch + 1, step=0)

    def refuse_other_epoch(self, epoch: int, where: str) -> None:
        """Refuse to begin at another epoch than the checkpoint.

        Args:
            epoch: Where `fit` is about to begin.
            where: What says otherwise.

        Raises:
            BeginsElsewhere: If it is another one.
        """
        if epoch == self.initial_epoch:
            return
        ended = self.initial_epoch == BEYOND
        wanted = "no more, since a callback ended it" if ended else self.initial_epoch
        raise BeginsElsewhere(
            f"Expected fit to begin at epoch {wanted}, as {where} says. "
            f"Received: epoch {epoch}. Pass initial_epoch=safe.initial_epoch, or start "
            "anew in another folder."
        )
