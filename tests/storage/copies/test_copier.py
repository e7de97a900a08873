"""One destination's thread against everything that a destination does to it."""

import errno
import threading
import time

from dist_invention.storage.copies import copier as module
from dist_invention.storage.copies.copier import Copier
from dist_invention.storage.copies.destinations import Destination
from dist_invention.storage.copies.ledger import Item
from dist_invention.storage.copies.standing import Patience
import pytest

TINY = Patience(
    timeout_seconds=0.15,
    first_wait=0.01,
    longest_wait=0.04,
    failures_to_pause=5,
    pause_seconds=0.15,
)
SOON = 20.0  # seconds in which a machine under load does what takes milliseconds


class Job:
    """A copier of a run folder, and what it told."""

    def __init__(self, root, place, patience):
        self.root = root
        self.place = Destination(place)
        self.told = []
        self.copier = Copier("run", self.place, patience, self.record)

    def record(self, event, **news):
        self.told.append((news["state"], news["reason"]))

    def item(self, name, content=None):
        path = self.root / name
        if content is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return Item(name, path, self.root)

    def owe(self, *names):
        items = [self.item(name, name.encode()) for name in names]
        self.copier.ask(lambda ledger: ledger.owe(items))

    def owe_newest(self, *steps, content=b"state"):
        items = [self.item(ckpt(step), content) for step in steps]
        self.copier.ask(lambda ledger: ledger.owe_newest(items))

    def forget(self, *names):
        self.copier.ask(lambda ledger: ledger.forget(names))

    def settle(self):
        assert self.copier.wait(time.monotonic() + SOON), self.copier.reason

    def there(self):
        return [name.removeprefix("run/") for name in self.place.names("run")]


def ckpt(step):
    return f"checkpoints/g{step:09d}.npz"


def until(condition):
    end = time.monotonic() + SOON
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.fixture
def job(tmp_path):
    made = []

    def make(place, patience=TINY):
        made.append(Job(tmp_path / "runs" / "run", place, patience))
        return made[-1]

    yield make
    for each in made:
        each.copier.close()


def test_everything_arrives_and_nothing_is_told(job, tmp_path):
    job = job(tmp_path / "copies")
    job.owe("a.json", "stages/01-x/model.keras")
    job.owe_newest(1)
    job.settle()
    assert job.there() == ["a.json", ckpt(1), "stages/01-x/model.keras"]
    assert (job.copier.files, job.told, job.copier.reason) == (3, [], None)


def test_one_that_fails_is_tried_again_until_it_works(job, faulty):
    place = faulty()
    place.fail(3, ConnectionResetError("the server was restarted"))
    job = job(place.url)
    job.owe("a.json")
    job.settle()
    assert job.there() == ["a.json"]
    assert job.told == [
        ("behind", "ConnectionResetError: the server was restarted"),
        ("caught_up", None),
    ]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_one_that_is_full_or_read_only_is_paused_and_tried_again(job, faulty, number):
    place = faulty()
    place.fail(10**9, OSError(number, "refused"))
    job = job(place.url)
    job.owe("a.json", "b.json")
    until(lambda: [state for state, _ in job.told] == ["behind", "paused"])
    assert not job.copier.wait(time.monotonic() + SOON)  # it is given up: at once
    assert job.copier.reason == f"{type(OSError(number, '')).__name__}: " + str(
        OSError(number, "refused")
    )
    before = len(place.calls)
    until(lambda: len(place.calls) > before)  # after the pause
    place.fail(0, OSError())
    job.copier.hurry()
    job.settle()
    assert job.told[-1] == ("caught_up", None)
    assert job.there() == ["a.json", "b.json"]


def test_a_pause_is_a_pause(job, faulty):
    place = faulty()
    place.fail(10**9, OSError("refused"))
    job = job(place.url, Patience(0.2, 0.001, 0.001, 3, pause_seconds=600.0))
    job.owe("a.json")
    until(lambda: job.told[-1:] == [("paused", "OSError: refused")])
    calls = len(place.calls)
    time.sleep(0.1)
    assert len(place.calls) == calls


def test_one_that_hangs_is_left_a_few_times_then_given_up(job, faulty):
    place = faulty()
    place.before = place.hang
    job = job(place.url)
    begin = time.monotonic()
    job.owe("a.json")
    job.forget("b.json")
    assert time.monotonic() - begin < 0.1
    until(lambda: job.told[-1:] and job.told[-1][0] == "hung")
    assert [state for state, _ in job.told] == ["behind", "hung"]
    assert "Expected an answer in time" in job.told[0][1]
    assert not job.copier.wait(time.monotonic() + SOON)
    assert len(place.calls) == module.MOST_LEFT  # no more threads than that
    time.sleep(0.1)
    assert len(place.calls) == module.MOST_LEFT
    place.before = lambda operation, path: None
    place.released.set()
    until(lambda: job.told[-1] == ("caught_up", None))
    assert job.there() == ["a.json"]


def test_one_that_lies_about_sizes_never_counts_as_supplied(job, faulty):
    place = faulty()
    place.keeps, place.size = lambda content: content[:1], lambda size: 6
    job = job(place.url)
    job.owe("a.json")
    assert not job.copier.wait(time.monotonic() + SOON)
    assert "Do not trust this destination" in job.copier.reason
    assert job.copier.files == 0


def test_only_the_newest_checkpoint_is_copied_to_one_that_is_slow(job, faulty):
    place = faulty()
    place.before = place.hang
    job = job(place.url, Patience(timeout_seconds=60.0))
    for step in (1, 2, 3, 4):
        job.owe_newest(step)
        until(lambda: place.calls)
    place.released.set()
    job.settle()
    assert job.there() == [ckpt(1), ckpt(4)]


def test_a_file_that_was_pruned_before_its_turn_is_passed_over(job, tmp_path):
    job = job(tmp_path / "copies")
    gone = job.item("gone.json")
    job.copier.ask(lambda ledger: ledger.owe([gone]))
    job.settle()
    assert (job.there(), job.told) == ([], [])


def test_a_file_pruned_while_it_is_sent_is_passed_over(job, faulty, monkeypatch):
    monkeypatch.setattr("dist_invention.storage.copies.ledger.IN_MEMORY_BYTES", 0)
    place = faulty()
    job = job(place.url)
    item = job.item("big.bin", b"big")

    def prune(operation, path):
        item.path.unlink(missing_ok=True)
        raise FileNotFoundError(path)

    place.before = prune
    job.copier.ask(lambda ledger: ledger.owe([item]))
    job.settle()
    assert job.told == []


def test_a_local_file_that_cannot_be_read_is_named_and_holds_up_no_other(job, tmp_path):
    job = job(tmp_path / "copies")
    (job.root / "folder.json").mkdir(parents=True)
    job.copier.ask(lambda ledger: ledger.owe([job.item("folder.json")]))
    job.owe("b.json")
    until(lambda: job.there() == ["b.json"])
    until(lambda: job.copier.reason)
    assert "folder.json" in job.copier.reason


def test_what_has_not_changed_is_not_sent_again(job, faulty):
    place = faulty()
    job = job(place.url)
    for _ in range(3):
        job.owe("run.json")
        job.settle()
    assert [operation for operation, _ in place.calls].count("put") == 1
    job.copier.ask(lambda ledger: ledger.doubt(["run.json"]))
    job.owe("run.json")
    job.settle()
    assert [operation for operation, _ in place.calls].count("put") == 2


def test_the_last_checkpoints_there_stay_until_newer_ones_arrived(job, faulty):
    place = faulty()
    job = job(place.url)
    job.owe_newest(1)
    job.settle()
    job.owe_newest(2)
    job.settle()
    place.fail(10**9, OSError("refused"))
    job.owe_newest(3)
    job.forget(ckpt(1), ckpt(2))
    until(lambda: job.told)
    place.fail(0, OSError())
    assert job.there() == [ckpt(1), ckpt(2)]
    job.copier.hurry()
    job.settle()
    assert job.there() == [ckpt(1), ckpt(2), ckpt(3)]
    job.owe_newest(4)
    job.settle()
    assert job.there() == [ckpt(3), ckpt(4)]


def test_one_with_room_for_two_checkpoints_is_kept_supplied(job, faulty):
    place = faulty()
    job = job(place.url)

    def before(operation, path):
        if operation == "put" and len(job.there()) >= 2:
            raise OSError(errno.ENOSPC, "No space left on device")

    place.before = before
    for step in range(1, 6):
        job.owe_newest(step)
        job.forget(*(ckpt(old) for old in range(1, step - 1)))
        job.settle()
    assert job.there() == [ckpt(4), ckpt(5)]


def test_copies_that_a_kill_left_behind_are_removed_later(job, tmp_path):
    place = Destination(tmp_path / "copies")
    for step in (1, 2, 3):
        place.put(b"old", f"run/{ckpt(step)}")
    job = job(tmp_path / "copies")
    job.item(ckpt(2), b"pinned")
    for step in (4, 5):
        job.owe_newest(step)
        job.settle()
    assert job.there() == [ckpt(2), ckpt(4), ckpt(5)]


def test_newer_copies_of_an_earlier_attempt_are_not_replaced_by_older_ones(
    job, tmp_path
):
    place = Destination(tmp_path / "copies")
    place.put(b"far ahead", f"run/{ckpt(9)}")
    job = job(tmp_path / "copies")
    job.owe_newest(4)
    job.settle()
    assert job.there() == [ckpt(9)]
    assert job.told[0][0] == "behind"
    assert "of an earlier attempt is newer" in job.told[0][1]
    journals = [job.item("metrics.jsonl", b"short\n"), job.item("run.json", b"{}")]
    for change in ("owe", "owe_newest"):
        job.copier.ask(lambda ledger, how=change: getattr(ledger, how)(journals))
        job.settle()
    job.owe("stages/01-x/model.keras")
    job.settle()
    assert job.there() == [ckpt(9), "stages/01-x/model.keras"]
    job.copier.ask(lambda ledger: ledger.forget(["stages/01-x/model.keras"]))
    job.owe_newest(9)
    job.settle()
    assert job.told[-1] == ("caught_up", None)
    job.owe_newest(7)  # rolled back: that is no earlier attempt
    job.settle()
    assert job.there() == [ckpt(7), ckpt(9)]


def test_removing_is_a_courtesy(job, faulty, caplog):
    place = faulty()
    job = job(place.url)
    job.owe("a.json")
    job.settle()

    def before(operation, path):
        if operation == "remove":
            raise PermissionError("append only")

    place.before = before
    job.forget("a.json")
    job.owe("b.json")
    job.settle()
    assert job.told == []
    assert "append only" in caplog.text


def test_big_checkpoints_are_read_back_now_and_then_and_the_rest_always(
    job, faulty, monkeypatch
):
    monkeypatch.setattr(module, "READ_BACK_BYTES", 10)
    place = faulty()
    job = job(place.url)

    def reads(ask):
        before = len(place.calls)
        ask()
        job.settle()
        return [operation for operation, _ in place.calls[before:]].count("read")

    big = [reads(lambda s=s: job.owe_newest(s, content=b"x" * 11)) for s in range(21)]
    assert big == [1, *[0] * 9, 1, *[0] * 9, 1]
    assert reads(lambda: job.owe_newest(30, content=b"x" * 10)) == 1
    assert reads(lambda: job.owe("a-name-of-many-bytes")) == 1


def test_a_big_checkpoint_that_read_back_wrong_is_read_back_again(
    job, faulty, monkeypatch
):
    monkeypatch.setattr(module, "READ_BACK_BYTES", 1)
    place = faulty()
    place.keeps = lambda content: bytes([content[0] ^ 1]) + content[1:]
    job = job(place.url)
    job.owe_newest(1)
    assert not job.copier.wait(time.monotonic() + SOON)
    assert "Do not trust this destination" in job.copier.reason
    assert job.copier.files == 0


def test_waiting_ends_in_time_and_says_whether_all_arrived(job, faulty):
    place = faulty()
    place.before = place.hang
    job = job(place.url, Patience(timeout_seconds=60.0))
    assert job.copier.wait(time.monotonic())
    job.owe("a.json")
    begin = time.monotonic()
    assert not job.copier.wait(begin + 0.05)
    assert time.monotonic() - begin < 2


def test_a_closed_copier_ends_its_thread_and_takes_nothing(job, tmp_path):
    job = job(tmp_path / "copies")
    job.owe("a.json")
    job.settle()
    job.copier.close()
    assert not any("copies to" in thread.name for thread in threading.enumerate())
    job.owe("b.json")
    assert not job.copier.wait(time.monotonic() + SOON)
    assert job.there() == ["a.json"]


def test_the_thread_gives_way_to_training(job, tmp_path, monkeypatch):
    lowered = []
    monkeypatch.setattr(module, "lower_priority", lambda: lowered.append(1))
    job = job(tmp_path / "copies")
    job.owe("a.json")
    job.settle()
    assert lowered == [1]
