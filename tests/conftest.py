"""One closed, quiet setting for all tests: temporary homes, one thread, no log."""

import os
import tempfile

_HOME = tempfile.TemporaryDirectory(prefix="dist_invention_tests_")  # gone at exit
os.environ["DIST_INVENTION_HOME"] = os.path.join(_HOME.name, "registry")
os.environ["KERAS_HOME"] = os.path.join(_HOME.name, "keras")
for _name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ.setdefault(_name, "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
