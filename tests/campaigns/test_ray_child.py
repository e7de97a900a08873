"""What lives in a Ray worker, without Ray."""

import signal
import sys
import threading
import time

from dist_invention.campaigns.ray_child import RayChild


def python(code):
    return [sys.executable, "-S", "-c", code]


def test_a_process_runs_in_the_folder_that_it_was_asked_for_in(tmp_path):
    (tmp_path / "here").mkdir()
    child = RayChild({"MORE": "more"}, tmp_path / "here")
    code = "import os; print(os.getcwd(), os.environ['MORE'])"
    assert child.run(python(code), tmp_path / "log") == 0
    assert (tmp_path / "log").read_text().endswith(f"{tmp_path / 'here'} more\n")


def _while_running(child, tmp_path, code, act):
    ends = []
    words = python(f"{code}; print('here', flush=True); import time; time.sleep(60)")
    log = tmp_path / "log"
    thread = threading.Thread(target=lambda: ends.append(child.run(words, log)))
    thread.start()
    while not (log.exists() and log.read_text().endswith("here\n")):
        time.sleep(0.01)
    act()
    thread.join(20)
    return ends


def test_a_stop_is_passed_on(tmp_path):
    child = RayChild({}, tmp_path)
    assert _while_running(child, tmp_path, "pass", child.stop) == [-signal.SIGTERM]


def test_a_process_that_does_not_listen_can_be_killed(tmp_path):
    child = RayChild({}, tmp_path)
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    act = [child.stop, child.kill]
    ends = _while_running(child, tmp_path, deaf, lambda: [one() for one in act])
    assert ends == [-signal.SIGKILL]


def test_what_was_stopped_before_it_began_does_not_begin(tmp_path):
    child = RayChild({}, tmp_path)
    child.stop()
    assert child.run(python("pass"), tmp_path / "log") == -signal.SIGTERM
    assert not (tmp_path / "log").exists()
