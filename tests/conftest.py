"""One closed, quiet setting for all tests: temporary homes, one thread, no log."""

import os
import signal
import sys
import tempfile

import pytest

_HOME = tempfile.TemporaryDirectory(prefix="dist_invention_tests_")  # gone at exit
os.environ["DIST_INVENTION_HOME"] = os.path.join(_HOME.name, "registry")
os.environ["KERAS_HOME"] = os.path.join(_HOME.name, "keras")
for _name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ.setdefault(_name, "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

# Whoever started the tests may ignore signals, which children inherit.
STOP_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
for _number in STOP_SIGNALS:
    signal.signal(_number, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def signal_handlers():
    """Leave signals as they were: a stopped command ignores them to its very end."""
    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    yield before
    for number, handler in before.items():
        signal.signal(number, handler)


GIVE_UP = """
import ctypes, os, sys
if os.geteuid() == 0:
    for right in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        ctypes.CDLL(None).prctl(24, right, 0, 0, 0)  # PR_CAPBSET_DROP
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.fixture
def without_rights():
    """Words before a command for which permissions hold, though it is root's."""
    return [sys.executable, "-c", GIVE_UP]
