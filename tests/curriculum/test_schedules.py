from dist_invention.curriculum import Constant, Cosine, Joined, Linear, Part, WarmUp
import pytest


@pytest.mark.parametrize(
    ("schedule", "values"),
    [
        (Constant(0.3), [0.3, 0.3, 0.3, 0.3, 0.3]),
        (Linear(1.0, 3.0), [1.0, 1.5, 2.0, 2.5, 3.0]),
        (Linear(0.0, 1.0, until=0.5), [0.0, 0.5, 1.0, 1.0, 1.0]),
        (Cosine(2.0, 0.0), [2.0, 1.7071068, 1.0, 0.2928932, 0.0]),
        (WarmUp(Constant(2.0), until=0.5), [0.0, 1.0, 2.0, 2.0, 2.0]),
        (WarmUp(Linear(4.0, 0.0), until=0.25), [0.0, 3.0, 2.0, 1.0, 0.0]),
    ],
)
def test_a_schedule_goes_from_beginning_to_end(schedule, values):
    points = [0.0, 0.25, 0.5, 0.75, 1.0]
    assert [schedule.at(point) for point in points] == pytest.approx(values)


@pytest.mark.parametrize("schedule", [Linear(1.0, 3.0), Cosine(1.0, 3.0)])
def test_a_schedule_stays_where_it_ended(schedule):
    assert schedule.at(1.5) == pytest.approx(3.0)


@pytest.mark.parametrize("until", [0.0, -0.1, 1.1])
@pytest.mark.parametrize(
    "build", [lambda u: Linear(0.0, 1.0, u), lambda u: WarmUp(Constant(1.0), u)]
)
def test_a_share_of_the_stage_lies_between_zero_and_one(build, until):
    with pytest.raises(ValueError, match=rf"`until`.*until={until}.*Use 1.0"):
        build(until)


def test_schedules_compare_by_value():
    assert Linear(0.0, 1.0) == Linear(0.0, 1.0, until=1.0)
    assert WarmUp(Constant(1.0), 0.1) != WarmUp(Constant(1.0), 0.2)


def test_a_part_runs_through_a_stretch_of_another_schedule():
    part = Part(Cosine(2.0, 0.0), 0.25, 0.5)
    assert [part.at(p) for p in (0, 1, 2)] == pytest.approx([1.7071068, 1.0, 1.0])
    assert Part(Linear(0.0, 1.0), 0.3, 0.3).at(0.7) == pytest.approx(0.3)


@pytest.mark.parametrize("ends", [(-0.1, 1.0), (0.0, 1.1), (0.6, 0.5)])
def test_a_part_lies_inside_its_schedule(ends):
    with pytest.raises(ValueError, match=r"between 0 and 1, in order.*start="):
        Part(Constant(1.0), *ends)


def test_joined_schedules_give_at_each_step_what_they_give_alone():
    pieces = ((7, Cosine(1e-2, 1e-3)), (1, Constant(5.0)), (11, Linear(0.0, 1.0, 0.3)))
    joined = Joined(pieces)
    assert joined.steps == 19
    alone = [
        schedule.at(step / max(1, steps - 1))
        for steps, schedule in pieces
        for step in range(steps)
    ]
    assert [joined.at(step / 18) for step in range(19)] == alone  # to the last bit
    assert joined.at(2.0) == alone[-1]


@pytest.mark.parametrize("pieces", [(), ((0, Constant(1.0)),)])
def test_joined_schedules_take_at_least_a_step_each(pieces):
    with pytest.raises(ValueError, match=r"at least one schedule.*Received: steps"):
        Joined(pieces)
