"""A step's command is known once its rules were asked."""

from dist_invention.campaigns import Decision, NotDecided, SkipIf, Step
from dist_invention.campaigns.plan import Plan, done_before, make_plan


def adds(*words):
    return lambda runs: Decision(" ".join(words), f"{len(runs)} runs.", words)


def test_each_rule_adds_its_flags_in_order(tmp_path):
    rules = (adds("--a", "1"), adds("--b"))
    plan = make_plan(Step("s", ("t.py", "--c"), decide=rules), {}, tmp_path)
    assert plan.words == ("t.py", "--c", "--a", "1", "--b")
    assert [item.choice for item in plan.decisions] == ["--a 1", "--b"]
    assert plan.runs_dir == tmp_path / "s"


def test_a_rule_may_skip_the_step_and_is_remembered(tmp_path):
    rules = (adds("--a"), SkipIf(lambda runs: "It is late."), adds("--b"))
    result = make_plan(Step("s", ("t.py",), decide=rules), {}, tmp_path)
    assert (result.status, result.evidence) == ("skipped", ("It is late.",))
    assert len(result.decisions) == 2


def test_a_rule_that_cannot_decide_fails_the_step_with_its_words(tmp_path):
    def cannot(runs):
        raise NotDecided("Expected more.")

    rules = (adds("--a"), cannot)
    result = make_plan(Step("s", ("t.py",), decide=rules), {}, tmp_path)
    assert (result.status, result.evidence) == ("failed", ("Expected more.",))
    assert len(result.decisions) == 1


def test_a_run_that_was_recorded_counts_only_for_the_same_command(follow, script):
    follow(Step("a", (str(script), "--seed", "1")))
    folder = script.parent / "campaign" / "a"
    [run] = [path for path in folder.iterdir() if path.is_dir()]
    same = (str(script), "--seed", "1")
    elsewhere = folder.parent / "moved"
    plan = Plan(Step("a", same), same, (), elsewhere)
    assert done_before(plan, None) is None
    assert done_before(plan, (list(same), run)).folder == run
    assert done_before(plan, ([*same, "--epochs", "2"], run)) is None
    script.write_text("changed")
    assert done_before(plan, (list(same), run)) is None


def test_a_damaged_run_is_not_done(follow, script):
    words = (str(script), "--seed", "1")
    follow(Step("a", words))
    folder = script.parent / "campaign" / "a"
    plan = Plan(Step("a", words), words, (), folder)
    found = done_before(plan, None)
    (found.folder / "results.json").write_text("{}")
    assert done_before(plan, None) is None
