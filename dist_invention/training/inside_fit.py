"""What `fit` hides from a callback: its neighbours, the data, and who is first.

Keras tells a callback its model and nothing else. The list that it stands in and the
`fit` that calls it are found on the call stack.
"""

from collections.abc import Callable, Iterator, Mapping
import inspect
from types import CodeType, FrameType
from typing import Any

from dist_invention.training import resume
import keras

ADDED_BY_KERAS = (keras.callbacks.History, keras.callbacks.ProgbarLogger)
FAR_ENOUGH = 40  # frames; `fit` is four or five above a callback


class SavesTooEarly(ValueError):
    """A callback that saves what others remember is called before they are."""


class BatchBell(keras.callbacks.Callback):
    """The first callback to hear of a batch; it tells one function.

    Before a batch begins, everybody has seen the end of the one before, and nobody
    knows of the new one: the only such moment in `fit`. Hooks at the end of a batch
    would also make Keras wait for the device after each step.

    Args:
        tell: Called with the number of batches that are over in this epoch.

    Example:
        >>> BatchBell(print).on_train_batch_begin(3)
        3
    """

    def __init__(self, tell: Callable[[int], None]):
        super().__init__()
        self.tell = tell

    def on_train_batch_begin(self, batch, logs=None):
        """Tell that so many batches are over."""
        self.tell(batch)


def neighbours(callback: keras.callbacks.Callback) -> Any:
    """Return the `CallbackList` that is calling a callback right now; else `None`."""
    for frame in _frames():
        caller = frame.f_locals.get("self")
        if isinstance(caller, keras.callbacks.CallbackList) and any(
            other is callback for other in caller.callbacks
        ):
            return caller
    return None


def running_fit(callbacks: Any) -> tuple[Mapping[str, Any], CodeType | None]:
    """Return the local names and the code of the `fit` that uses a `CallbackList`.

    Returns:
        An empty mapping and `None` where the loop is not Keras' own.
    """
    for frame in _frames():
        known = frame.f_locals
        if known.get("callbacks") is callbacks and "epoch_iterator" in known:
            return dict(known), frame.f_code
    return {}, None


def is_running(code: CodeType | None, frame: FrameType | None) -> bool:
    """Whether a function is on the stack of a frame; unknown code always is."""
    return code is None or any(above.f_code is code for above in _above(frame))


def arrange(
    callbacks: Any, last: keras.callbacks.Callback, bell: BatchBell
) -> keras.callbacks.CallbackList:
    """Put the bell first and the callback that saves behind History and progress bar.

    Args:
        callbacks: The list of a `fit`, not yet begun.
        last: The callback that saves.
        bell: Rung before each batch.

    Returns:
        The others whose state is to be saved, in order.

    Raises:
        SavesTooEarly: If somebody's own callback stands behind it.
        ValueError: If one is `BackupAndRestore`.
    """
    ours = (last, *(item for item in callbacks.callbacks if type(item) is BatchBell))
    others = [item for item in callbacks.callbacks if not any(item is o for o in ours)]
    position = next(i for i, o in enumerate(callbacks.callbacks) if o is last)
    behind = [
        type(item).__name__
        for item in callbacks.callbacks[position + 1 :]
        if not isinstance(item, ADDED_BY_KERAS)
    ]
    if behind:
        raise SavesTooEarly(
            f"Expected {type(last).__name__} to be the last callback, so that it saves "
            f"what the others remember. Received: {', '.join(behind)} behind it. Move "
            f"{type(last).__name__} to the end of the list."
        )
    resume.refuse_rivals(others)
    callbacks.callbacks = [bell, *others, last]  # a new list: the old one is in use
    remembering = [
        item for item in others if not isinstance(item, keras.callbacks.ProgbarLogger)
    ]
    resume.warn_of_forgetful(remembering)
    return keras.callbacks.CallbackList(remembering)


def _frames() -> Iterator[FrameType]:
    """Yield the frames above the caller's, nearest first."""
    here = inspect.currentframe()
    for number, frame in enumerate(_above(here)):
        if number > FAR_ENOUGH:
            return
        yield frame


def _above(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back
