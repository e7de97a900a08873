import json

from dist_invention.curriculum import (
    Constant,
    Curriculum,
    NothingToLearn,
    Place,
    Relobralo,
)
import pytest


@pytest.fixture
def three(make_stage):
    return [make_stage(name) for name in ("easy", "hard", "last")]


def test_stages_come_in_order_with_a_folder_each(three):
    curriculum = Curriculum(three, ["error"])
    assert len(curriculum) == 3
    assert list(curriculum) == three
    assert [curriculum.folder(i) for i in range(3)] == ["01-easy", "02-hard", "03-last"]


def test_a_curriculum_has_a_stage(three):
    with pytest.raises(ValueError, match=r"at least one stage.*Received: \[\].*Name"):
        Curriculum([], [])


def test_two_stages_of_one_name_are_refused(three):
    with pytest.raises(ValueError, match=r"a name of its own.*\['easy', 'easy'\]"):
        Curriculum([three[0], three[0]], ["error"])


def test_a_weight_for_a_term_that_nobody_gives_is_refused(make_stage):
    stage = make_stage(weights={"error": Constant(1), "enrgy": Constant(1)})
    with pytest.raises(
        NothingToLearn, match=r"\['energy', 'error'\].*Received: \['enrgy'\].*correct"
    ):
        Curriculum([stage], ["energy", "error"])


def test_a_term_that_no_stage_weighs_is_refused(three):
    with pytest.raises(
        NothingToLearn, match=r"weight in some stage.*no weight for \['energy'\].*drop"
    ):
        Curriculum(three, ["energy", "error"])


def test_a_part_keeps_the_order_of_the_whole(three):
    part = Curriculum(three, ["error"]).part(["last", "easy"])
    assert [stage.name for stage in part] == ["easy", "last"]


def test_a_part_may_leave_terms_out(make_stage):
    both = make_stage("both", weights={"error": Constant(1), "size": Constant(1)})
    whole = Curriculum([make_stage("one"), both], ["error", "size"])
    assert len(whole.part(["one"])) == 1


def test_an_unknown_stage_is_named(three):
    with pytest.raises(
        ValueError, match=r"\['easy', 'hard', 'last'\].*\['esay'\].*Correct --stages"
    ):
        Curriculum(three, ["error"]).part(["esay", "hard"])


def test_the_description_is_plain_json(three):
    rows = Curriculum(three, ["error"]).describe()
    assert json.loads(json.dumps(rows)) == rows
    assert rows[1] == {
        "name": "hard",
        "data": "train",
        "examples_per_epoch": 12,
        "epochs": 2,
        "learning_rate": "Constant(value=0.01)",
        "weights": {"error": "Constant(value=1.0)"},
        "leave": "AfterEpochs(epochs=2)",
    }


def test_a_place_begins_at_the_beginning():
    assert Place().as_json() == {"stage": 0, "epoch": 0, "step": 0, "global_step": 0}
    assert Place(**Place(1, 2, 3, 45).as_json()) == Place(1, 2, 3, 45)


def test_only_a_balanced_stage_tells_of_its_balancer(make_stage):
    """The description of the others, and so the ground of their runs, is as it was."""
    stages = [make_stage("plain"), make_stage("balanced", balance=Relobralo(seed=3))]
    plain, balanced = Curriculum(stages, ["error"]).describe()
    assert "balance" not in plain
    assert balanced["balance"].startswith("Relobralo(every=0, cap=0.99, seed=3")
