"""Newer copies of an earlier attempt are not replaced by older ones."""

from dist_invention.storage.copies.head_start import HeadStart
from dist_invention.storage.copies.ledger import Item
import pytest


def ckpt(step):
    return f"checkpoints/g{step:09d}.npz"


@pytest.fixture
def item(tmp_path):
    return lambda name: Item(name, tmp_path / name, tmp_path)


@pytest.fixture
def ahead():
    head_start = HeadStart()
    assert not head_start.is_known
    head_start.look(["run.json", ckpt(900), ckpt(1000), "metrics.jsonl"])
    assert head_start.is_known
    return head_start


def test_journals_and_checkpoints_wait_and_exports_do_not(ahead, item):
    for name in ("metrics.jsonl", "terminal.log", "run.json", ckpt(5)):
        assert ahead.protects(item(name))
    assert not ahead.protects(item("stages/01-x/model.keras"))


def test_until_this_run_has_passed(ahead, item):
    assert ahead.meet([item("metrics.jsonl"), item(ckpt(999))]) == []
    assert ahead.newest == ckpt(1000)
    ahead.meet([item("metrics.jsonl"), item(ckpt(1000))])
    assert ahead.newest == ""
    assert not ahead.protects(item("metrics.jsonl"))
    assert not ahead.protects(item(ckpt(5)))  # rolled back: that is no earlier attempt


def test_steps_of_ten_digits_are_later(item):
    head_start = HeadStart()
    head_start.look([ckpt(999999999)])
    head_start.meet([item("checkpoints/g1000000000.npz")])
    assert head_start.newest == ""


def test_a_sealed_run_is_newer_than_all(ahead, item, tmp_path):
    (tmp_path / "manifest.json").write_text("{}")
    assert not ahead.protects(item("metrics.jsonl"))


def test_what_a_kill_left_is_named_once_it_is_old(ahead, item, tmp_path):
    path = tmp_path / ckpt(900)
    path.parent.mkdir()
    assert ahead.meet([item(ckpt(1001))]) == [ckpt(900), ckpt(1000)]
    assert ahead.meet([item(ckpt(1002))]) == []
    ahead.look([ckpt(900), ckpt(1000)])
    path.write_text("pinned")
    assert ahead.meet([item(ckpt(1001))]) == [ckpt(1000)]


def test_an_empty_place_protects_nothing(item):
    head_start = HeadStart()
    head_start.look([])
    assert not head_start.protects(item("metrics.jsonl"))
    assert head_start.meet([item(ckpt(1))]) == []


def test_it_can_be_given_up(ahead, item):
    ahead.give_up()
    assert not ahead.protects(item("metrics.jsonl"))
