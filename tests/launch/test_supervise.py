"""The supervisor: real processes that crash, starve, hang on and are stopped."""

import json
import os
from pathlib import Path
import signal
import subprocess
import sys
import time

from dist_invention.launch import supervise
from dist_invention.launch.worker import SUPERVISED
from dist_invention.runtime import exit_codes
from dist_invention.storage.lock import FolderLock
import pytest

REPO = Path(__file__).resolve().parents[2]
KILL = {"signal": int(signal.SIGKILL)}
MEMORY = {"exit": exit_codes.OUT_OF_MEMORY}
OURS = "Expected a finite loss. Received: NaN in batch 3. Lower the learning rate."


def until(holds, seconds=60):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


def start(script, place, plan, environment):
    (place / "plan.json").write_text(json.dumps(plan))
    return subprocess.Popen(
        [sys.executable, "-m", "dist_invention.launch.supervise", script, place],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    )


@pytest.mark.parametrize("code", [0, 2, 74, 75])
def test_an_end_that_needs_no_restart_is_handed_on(follow, code):
    left = follow({"exit": code})
    assert left.code == code
    assert left.attempts == 1
    assert len(left.named("ended")) == (code in (2, 74))


def test_after_sigkill_the_run_goes_on_from_its_newest_checkpoint(follow, capfd):
    left = follow({"step": 5, **KILL}, {"exit": 0})
    assert left.code == 0
    assert left.attempts == 2
    [ended] = left.named("ended")
    assert ended["exit_code"] == -9
    assert ended["signal"] == "SIGKILL"
    assert ended["step"] == 5
    assert ended["last_lines"] == ["attempt 1 speaks"]
    assert ended["host_peak_mebibytes"] > 1
    assert 0 < ended["seconds"] < 20
    said = capfd.readouterr()
    assert said.out == "attempt 1 speaks\nattempt 2 speaks\n"
    assert "killed by SIGKILL, as when the machine has no memory left" in said.err


def test_out_of_memory_doubles_the_micro_batches_and_starts_again(follow):
    left = follow({"step": 7, **MEMORY}, {"step": 9, **MEMORY}, {"exit": 0})
    assert left.code == 0
    raises = [
        (row["before"], row["micro_batches"], row["step"])
        for row in left.named("micro_batches")
    ]
    assert raises == [(1, 2, 7), (2, 4, 9)]
    assert left.named("micro_batches")[0]["reason"] == "out of memory"


def test_with_one_example_a_part_it_gives_up_and_puts_the_number_back(follow, capfd):
    left = follow(MEMORY)
    assert left.code == exit_codes.GAVE_UP
    numbers = [row["micro_batches"] for row in left.named("micro_batches")]
    assert numbers == [2, 4, 12, 1]  # those that divide 12, then as it was
    assert left.attempts == 4
    assert "out of memory with 12 micro-batches" in capfd.readouterr().err


def test_three_restarts_without_progress_are_enough(follow, capfd):
    left = follow({"step": 5, **KILL})
    assert left.code == exit_codes.GAVE_UP
    assert left.attempts == 4
    assert len(left.named("ended")) == 4
    said = capfd.readouterr().err
    assert "Received: 3 restarts in a row brought no newer checkpoint." in said
    assert "supervisor: | attempt 4 speaks" in said
    assert "events.jsonl" in said


def test_a_run_that_comes_further_each_time_is_started_again_and_again(follow):
    left = follow(*({"step": step, **KILL} for step in range(1, 7)), {"exit": 0})
    assert left.code == 0
    assert left.attempts == 7


def test_the_same_refusal_twice_is_not_tried_a_third_time(follow, capfd):
    left = follow({"step": 5, "error": OURS, "exit": 1})
    assert left.code == exit_codes.GAVE_UP
    assert left.attempts == 2
    assert f"Received: the same error twice: {OURS[:-1]}." in capfd.readouterr().err


def test_an_error_before_the_run_is_open_needs_no_three_restarts(follow, capfd):
    left = follow({"open": False, "error": "NameError: no name", "exit": 1})
    assert left.code == exit_codes.GAVE_UP
    assert left.attempts == 2
    assert left.events == []
    assert "the same error twice: NameError: no name" in capfd.readouterr().err


def test_another_error_each_time_and_foreign_ones_get_all_three_restarts(follow):
    plan = [{"error": f"{OURS} {number}", "exit": 1} for number in range(4)]
    assert follow(*plan).attempts == 4


def test_a_foreign_error_in_training_gets_all_three_restarts(follow):
    assert follow({"error": "InternalError: lost", "exit": 1}).attempts == 4


def test_a_stall_is_a_crash(follow):
    left = follow({"step": 5, "exit": exit_codes.STALLED}, {"exit": 0})
    assert left.code == 0
    assert left.named("ended")[0]["reason"] == "it stalled (exit code 78)"


def test_a_sealed_run_takes_no_line_and_is_checked_by_one_more_start(follow):
    left = follow({"step": 5, "seal": True, **KILL}, {"exit": 0})
    assert left.code == 0
    assert left.attempts == 2
    assert left.events == []


def test_a_sealed_run_is_not_begun_anew_by_again(follow, capfd):
    left = follow({"seal": True, **KILL}, words=("--again",))
    assert left.code == exit_codes.GAVE_UP
    assert left.attempts == 1
    assert "--again would start another one" in capfd.readouterr().err


def test_a_journal_in_other_hands_is_left_alone_and_named(follow, tmp_path, capfd):
    (tmp_path / "run").mkdir()
    lock = FolderLock(tmp_path / "run")
    lock.acquire()
    try:
        left = follow({"step": 5, **KILL}, {"exit": 0})
    finally:
        lock.release()
    assert left.code == 0
    assert left.events == []
    assert "not in the run's journal: Expected no other" in capfd.readouterr().err


def test_a_damaged_journal_does_not_stop_the_supervisor(follow, tmp_path, capfd):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "events.jsonl").write_text("no json\n")
    with pytest.raises(ValueError, match="Expecting value"):
        follow({"step": 5, **KILL}, {"exit": 0})  # only the test reads it
    assert (tmp_path / "attempts").read_text() == "xx"
    assert "the state of the run cannot be read" in capfd.readouterr().err


def test_sigterm_reaches_the_worker_and_75_comes_back(script, tmp_path, environment):
    process = start(script, tmp_path, [{"wait": True}], environment)
    until((tmp_path / "waits").exists)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=25)
    assert process.returncode == 75, said


def test_a_stop_before_the_worker_listens_is_a_stop_all_the_same(
    script, tmp_path, environment
):
    text = script.read_text().replace("signal.signal(", "(lambda *words: None)(")
    script.write_text(text)
    process = start(script, tmp_path, [{"wait": True}], environment)
    until((tmp_path / "waits").exists)
    process.send_signal(signal.SIGHUP)
    _, said = process.communicate(timeout=25)
    assert process.returncode == 75, said
    assert "stopped by SIGHUP; the same command goes on" in said


def test_ctrl_c_reaches_the_whole_group_and_is_one_stop(script, tmp_path, environment):
    process = start(script, tmp_path, [{"wait": True}], environment)
    until((tmp_path / "waits").exists)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    _, said = process.communicate(timeout=25)
    assert process.returncode == 75, said
    assert said.count("attempt") == 1


def test_a_stop_in_the_pause_starts_nothing(follow, monkeypatch, tmp_path):
    monkeypatch.setattr(supervise, "PAUSES", (30.0,))
    judge = supervise.Supervisor._judge

    def stop(self, *words):
        self.worker.forward(signal.SIGTERM)
        return judge(self, *words)

    monkeypatch.setattr(supervise.Supervisor, "_judge", stop)
    left = follow(KILL)
    assert left.code == exit_codes.STOPPED
    assert left.attempts == 1


LIVES_ON = """
import os, pathlib, sys, time
from dist_invention.storage import TerminalLog
from dist_invention.storage.terminal import let_go
place = pathlib.Path(sys.argv[1])
log = TerminalLog(sys.stdout)
(place / "pid").write_text(str(os.getpid()))
for number in range(400):
    print(f"line {number}", file=log, flush=True)
    if (place / "go").exists():
        break
    time.sleep(0.05)
print("after", file=log, flush=True)
let_go(sys.stdout)
(place / "done").write_text(str(os.getppid()))
"""


def test_a_killed_supervisor_leaves_its_worker_alive(script, tmp_path, environment):
    script.write_text(LIVES_ON)
    process = start(script, tmp_path, [], environment)
    until((tmp_path / "pid").exists)
    process.kill()
    process.communicate()
    (tmp_path / "go").write_text("")
    until((tmp_path / "done").exists)
    assert int((tmp_path / "done").read_text()) != process.pid


TRAINS = """
import os, pathlib, signal, sys
from dist_invention.runtime.micro_batches import micro_batches_now
from dist_invention.storage import CheckpointFolder, open_run, write_json
import numpy as np
about = {"config": {"batch_size": 8, "micro_batches": 1}, "config_sha256": "ab"}
with open_run(pathlib.Path(sys.argv[1]) / "runs", "r", about) as run:
    write_json(os.environ["DIST_INVENTION_SUPERVISED"], {"run": str(run.path)})
    files = CheckpointFolder(run.checkpoints)
    number = micro_batches_now(run.events.read(), 1)
    found = files.newest()
    step = found[1]["about"]["step"] if found else 0
    if number < 4:
        sys.exit(77)
    files.write(step + 1, {"w": np.ones(2)}, {"step": step + 1})
    if step + 1 < 6:
        os.kill(os.getpid(), signal.SIGKILL)
    run.seal({"steps": step + 1, "micro_batches": number})
"""


def test_a_real_run_folder_is_carried_to_its_seal(script, tmp_path, monkeypatch):
    monkeypatch.setattr(supervise, "PAUSES", (0.0,))
    script.write_text(TRAINS)
    assert supervise.supervise([str(script), str(tmp_path)]) == 0
    run = tmp_path / "runs" / "r"
    assert json.loads((run / "results.json").read_text()) == {
        "steps": 6,
        "micro_batches": 4,
    }
    lines = (run / "events.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    codes = [row["exit_code"] for row in rows if row["event"] == "ended"]
    assert codes == [77, 77, -9, -9, -9, -9, -9]
    assert rows[-1]["event"] == "finished"


def template(runs_dir, *words):
    command = [sys.executable, "train_template.py", "--epochs", "15", *words]
    return subprocess.Popen(
        [*command, "--runs-dir", runs_dir],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=REPO,
        env={name: os.environ[name] for name in os.environ if name != SUPERVISED},
    )


def left_by(runs_dir):
    [run] = [path for path in runs_dir.iterdir() if path.is_dir()]
    results = json.loads((run / "results.json").read_text())
    return run, results["weights_sha256"], (run / "metrics.jsonl").read_bytes()


@pytest.mark.slow
def test_a_supervised_run_that_is_killed_twice_ends_with_the_same_bits(tmp_path):
    process = template(tmp_path / "killed", "--supervise")
    killed = set()
    while len(killed) < 2:
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
        metrics = list((tmp_path / "killed").glob("*/metrics.jsonl"))
        if not metrics or metrics[0].read_bytes().count(b"\n") < 12 + 15 * len(killed):
            continue
        about = json.loads((metrics[0].parent / "run.json").read_text())
        worker = about["attempts"][-1]["pid"]
        if worker not in killed:
            assert worker != process.pid
            os.kill(worker, signal.SIGKILL)
            killed.add(worker)
    out, said = process.communicate(timeout=400)
    assert process.returncode == 0, said
    assert "beats mean" in out
    whole = template(tmp_path / "whole")
    assert whole.communicate(timeout=400)
    run, *bits = left_by(tmp_path / "killed")
    assert bits == list(left_by(tmp_path / "whole")[1:])
    lines = (run / "events.jsonl").read_text().splitlines()
    ended = [row for row in map(json.loads, lines) if row["event"] == "ended"]
    assert [row["signal"] for row in ended] == ["SIGKILL", "SIGKILL"]
    assert 0 < ended[0]["step"] < ended[1]["step"]


@pytest.mark.parametrize("words", [[], ["no/such/script.py", "--seed", "1"]])
def test_without_a_script_it_says_how_to_call_it(words, capsys):
    assert supervise.supervise(words) == exit_codes.BAD_INPUT
    assert "Expected a script and its flags" in capsys.readouterr().err


def test_it_loads_no_backend_and_no_keras():
    code = (
        "import dist_invention.launch.supervise, sys; "
        "heavy = {'keras', 'tensorflow', 'jax', 'scipy', 'pandas', 'rich', 'tyro'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code]
    assert subprocess.check_output(command, cwd=REPO, text=True) == "[]\n"


def test_signals_that_were_ignored_before_stay_ignored():
    old = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        with supervise.forwarding(object()):
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            assert callable(signal.getsignal(signal.SIGTERM))
    finally:
        signal.signal(signal.SIGHUP, old)
