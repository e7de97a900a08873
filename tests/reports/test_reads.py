"""Tests of how often each test was looked at."""

from dist_invention.reports.reads import looked_twice, reads_table


def receipt(split, weights="a", **more):
    return {"split": split, "weights_sha256": weights, **more}


def test_one_read_of_each_split_is_said_in_a_line(results, outline):
    page = outline(reads_table(results["reads"]))
    assert page.faults == []
    assert "Each read once, with the judged weights: test_in, test_near" in page.text


def test_a_second_read_is_red_with_its_reason(outline):
    rows = [receipt("far", count=2), receipt("far", "b", count=2, reason="a bug")]
    made = reads_table([receipt("in", count=1), *rows])
    page = outline(made)
    assert page.faults == []
    assert 'class="alarm"' in made
    assert made.count('<td class="leak">2</td>') == 2
    assert "far 2 b a bug" in page.text
    assert looked_twice([receipt("in"), *rows]) == ["far"]


def test_two_sets_of_weights_are_two_reads_in_old_results():
    assert looked_twice([receipt("far", "a"), receipt("far", "b")]) == ["far"]


def test_the_same_weights_again_are_one_read():
    assert looked_twice([receipt("far"), receipt("far")]) == []


def test_without_receipts_nothing_is_invented():
    assert "no receipt says" in reads_table(None)
    assert looked_twice(None) == []
