"""What is owed comes in the right order, and the last checkpoints stay."""

from pathlib import Path

from dist_invention.storage.copies.ledger import (
    IN_MEMORY_BYTES,
    Item,
    Ledger,
    is_checkpoint,
    snapshot,
)
import pytest

ROOT = Path("run")


def items(*names):
    return [Item(name, ROOT / name, ROOT) for name in names]


def ckpt(step):
    return f"checkpoints/g{step:09d}.npz"


def taken(ledger):
    """Names of all errands that are left, in order; `-` before a removal."""
    done = []
    while (errand := ledger.take()) is not None:
        if errand.kind == "remove":
            done.append(f"-{errand.name}")
        else:
            done.append("+".join(item.name for item in errand.items) or errand.kind)
    return done


@pytest.fixture
def ledger():
    return Ledger()


def test_only_the_newest_group_is_copied(ledger):
    for step in (1, 2, 3):
        ledger.owe_newest(items("run.json", ckpt(step)))
    assert ledger.waiting == 2
    assert taken(ledger) == [f"run.json+{ckpt(3)}"]
    assert ledger.is_settled


def test_what_must_arrive_all_arrives_in_order(ledger):
    ledger.owe(items("a", "b"))
    ledger.owe(items("b", "c"))
    assert taken(ledger) == ["a", "b", "c"]


def test_group_and_files_take_turns_so_that_neither_starves(ledger):
    ledger.owe(items("a", "b"))
    done = []
    for step in range(4):
        ledger.owe_newest(items(ckpt(step)))
        done.append(ledger.take().items[0].name)
    assert done == [ckpt(0), "a", ckpt(2), "b"]


def test_what_did_not_arrive_waits_again_behind_the_others(ledger):
    ledger.owe(items("a", "b"))
    ledger.give_back(ledger.take())
    assert taken(ledger) == ["b", "a"]


def test_a_group_that_did_not_arrive_gives_way_to_a_newer_one(ledger):
    ledger.owe_newest(items(ckpt(1)))
    old = ledger.take()
    ledger.give_back(old)
    assert taken(ledger) == [ckpt(1)]
    ledger.owe_newest(items(ckpt(2)))
    ledger.give_back(old)
    assert taken(ledger) == [ckpt(2)]


def test_what_is_forgotten_is_not_copied_any_more(ledger):
    ledger.owe(items("a", "b"))
    ledger.owe_newest(items("run.json", ckpt(1)))
    errand = ledger.take()
    ledger.forget(["a", ckpt(1)])
    ledger.give_back(errand)
    assert taken(ledger) == ["-a", "b", "run.json"]


def test_what_is_asked_for_again_is_not_removed(ledger):
    ledger.forget(["a", "b"])
    ledger.owe(items("a"))
    ledger.owe_newest(items("b"))
    assert taken(ledger) == ["b", "a"]


def test_the_last_checkpoints_stay_until_newer_ones_arrived(ledger):
    for step in (1, 2):
        ledger.held[ckpt(step)] = "mark"
    ledger.forget([ckpt(1), ckpt(2)])
    assert ledger.take() is None
    assert ledger.is_settled
    ledger.held[ckpt(3)] = "mark"
    assert ledger.take() is None
    ledger.held[ckpt(4)] = "mark"
    assert taken(ledger) == [f"-{ckpt(1)}", f"-{ckpt(2)}"]
    assert sorted(ledger.held) == [ckpt(3), ckpt(4)]


def test_where_there_is_no_room_one_checkpoint_stays(ledger):
    for step in (1, 2):
        ledger.held[ckpt(step)] = "mark"
    ledger.forget([ckpt(1)])
    assert ledger.take() is None
    ledger.make_room()
    assert taken(ledger) == [f"-{ckpt(1)}"]
    ledger.forget([ckpt(2)])
    assert ledger.take() is None


def test_sweeping_comes_first(ledger):
    ledger.owe(items("a"))
    ledger.owe_sweep()
    assert taken(ledger) == ["sweep", "a"]


def test_what_is_doubted_no_longer_counts_as_there(ledger):
    ledger.held["a"] = "mark"
    ledger.doubt(["a", "b"])
    assert ledger.held == {}


def test_after_a_failure_only_checkpoints_count_as_there(ledger):
    ledger.held = {"run.json": "mark", ckpt(1): "mark"}
    ledger.doubt_journals()
    assert list(ledger.held) == [ckpt(1)]


def test_only_checkpoints_are_named_like_them():
    assert is_checkpoint(ckpt(12))
    assert is_checkpoint("checkpoints/g1234567890.npz")
    assert not is_checkpoint("stages/01-x/model.keras")


def item(path):
    return Item(path.name, path, path.parent)


def test_a_journal_that_grows_is_copied_up_to_its_last_whole_line(tmp_path):
    for name in ("events.jsonl", "terminal.log"):
        path = tmp_path / name
        path.write_bytes(b'{"step": 1}\n{"st')
        assert snapshot(item(path))[0] == b'{"step": 1}\n'


def test_a_sealed_journal_is_copied_byte_by_byte(tmp_path):
    path = tmp_path / "terminal.log"
    path.write_bytes(b"no newline at the end")
    (tmp_path / "manifest.json").write_text("{}")
    assert snapshot(item(path))[0] == b"no newline at the end"


def test_a_mark_changes_with_the_content(tmp_path):
    path = tmp_path / "run.json"
    path.write_text("1")
    mark = snapshot(item(path))[1]
    assert snapshot(item(path))[1] == mark
    path.write_text("2")
    assert snapshot(item(path))[1] != mark


def test_a_big_file_is_not_read_into_memory(tmp_path):
    path = tmp_path / "g000000001.npz"
    with open(path, "wb") as stream:
        stream.truncate(IN_MEMORY_BYTES + 1)
    source, mark = snapshot(item(path))
    assert source == path
    path.write_bytes(bytes(IN_MEMORY_BYTES + 1))
    assert snapshot(item(path))[1] != mark


def test_a_file_that_was_pruned_is_nothing_to_send(tmp_path):
    assert snapshot(item(tmp_path / "g000000001.npz")) is None
