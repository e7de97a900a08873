"""The lessons as they were taken, and the rates at their places."""

from dist_invention.curriculum import (
    Constant,
    Cosine,
    Joined,
    Linear,
    Part,
    WhenReaches,
)
from dist_invention.curriculum.taken import (
    BudgetUnknown,
    between,
    joined,
    part,
    rates,
    taken,
)
import pytest

LEAVE = WhenReaches("loss", 0.1, "min")


def test_a_lesson_that_was_taken_whole_stays_as_it_was(make_stage):
    stage = make_stage(epochs=3, learning_rate=Cosine(1.0, 0.0), leave=LEAVE)
    [lesson] = taken([stage], [3], 5)
    assert (lesson.steps, lesson.examples) == (9, 36)
    assert lesson.stage.leave is None
    assert lesson.stage.learning_rate is stage.learning_rate
    assert lesson.stage.data is stage.data


def test_a_lesson_that_was_left_early_ends_at_the_rate_it_had_then(make_stage):
    weights = {"error": Linear(0.0, 1.0), "size": Constant(2.0)}
    stage = make_stage(epochs=4, learning_rate=Cosine(1.0, 0.0), weights=weights)
    [lesson] = taken([stage], [2], 5)  # 6 of 12 steps
    for step in range(6):
        for mine, planned in [
            (lesson.stage.learning_rate, stage.learning_rate),
            (lesson.stage.weights["error"], weights["error"]),
        ]:
            assert mine.at(step / 5) == pytest.approx(planned.at(step / 11))
    assert lesson.stage.weights["size"] == Constant(2.0)


@pytest.mark.parametrize(
    ("epochs", "said"), [([], "nothing"), ([1], "1"), ([1, 3], "1 3"), ([0, 1], "0 1")]
)
def test_each_stage_needs_the_epochs_that_it_took(epochs, said, make_stage):
    stages = [make_stage("a", epochs=2), make_stage("b", epochs=2)]
    with pytest.raises(
        BudgetUnknown, match=rf"2 stages.*--stage-epochs {said}\. Start"
    ):
        taken(stages, epochs, 4)


def test_rates_are_cut_where_a_lesson_begins_and_ends():
    pieces = ((4, Cosine(1.0, 0.0)), (3, Constant(0.5)), (2, Linear(0.0, 1.0)))
    whole = Joined(pieces)
    for begin, end in [(0, 9), (0, 4), (2, 6), (3, 5), (1, 2), (5, 9)]:
        rate, steps = between(pieces, begin, end), end - begin
        for step in range(steps):
            expected = whole.at((begin + step) / 8)
            assert rate.at(step / max(1, steps - 1)) == pytest.approx(expected)
    assert between(pieces, 0, 4) is pieces[0][1]
    assert between(pieces, 5, 6) == Constant(0.5)
    assert between(pieces, 7, 20) is pieces[2][1]  # the budget ends there


def test_what_is_the_same_all_along_stays_plain():
    assert part(Constant(0.1), 0.2, 0.4) == Constant(0.1)
    assert part(Linear(0.0, 1.0), 0.0, 1.0) == Linear(0.0, 1.0)
    assert part(Linear(0.0, 1.0), 0.0, 0.5) == Part(Linear(0.0, 1.0), 0.0, 0.5)
    assert joined([(2, Constant(0.1)), (3, Constant(0.1))]) == Constant(0.1)
    assert isinstance(joined([(2, Constant(0.1)), (3, Constant(0.2))]), Joined)


def test_rates_come_one_piece_a_lesson(make_stage):
    lessons = taken([make_stage("a"), make_stage("b", epochs=1)], [2, 1], 4)
    assert rates(lessons) == ((6, Constant(0.01)), (3, Constant(0.01)))
