"""The place of a fit, and the epoch it has to begin with."""

from dist_invention.curriculum import Place
from dist_invention.training.fit_place import BEYOND, BeginsElsewhere, FitPlace
import pytest


def test_batches_and_epochs_add_up():
    place = FitPlace()
    place.begin_epoch(0)
    place.reach(3)
    assert place.now == Place(0, 0, 3, 3)
    place.begun = 5
    place.end_epoch(0)
    assert place.now == Place(0, 1, 0, 5)
    place.begin_epoch(1)
    place.reach(2)
    assert place.now == Place(0, 1, 2, 7)


def test_an_epoch_goes_on_inside():
    place = FitPlace()
    place.go_on_from(Place(0, 2, 4, 14), is_stopping=False)
    assert place.initial_epoch == 2
    place.begin_epoch(2)
    assert (place.begun, place.now) == (4, Place(0, 2, 4, 14))
    place.begun = 5
    place.end_epoch(2)
    assert place.now == Place(0, 3, 0, 15)


def test_a_fit_that_was_ended_begins_nowhere():
    place = FitPlace()
    place.saved(Place(0, 3, 2, 17), is_stopping=True)  # its validation is still to come
    assert place.initial_epoch == 3
    place.saved(Place(0, 4, 0, 20), is_stopping=True)
    assert place.initial_epoch == BEYOND
    with pytest.raises(
        BeginsElsewhere, match="no more, since a callback ended it, as g"
    ):
        place.refuse_other_epoch(4, "g.npz")


def test_another_epoch_is_refused():
    place = FitPlace()
    place.refuse_other_epoch(0, "here")
    with pytest.raises(
        BeginsElsewhere, match=r"epoch 0, as here says. Received: epoch 3"
    ):
        place.refuse_other_epoch(3, "here")
