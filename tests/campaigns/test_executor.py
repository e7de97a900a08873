"""Each executor answers the same questions."""

import inspect
import subprocess
import sys

from dist_invention.campaigns import LocalPool, RayPool
from dist_invention.campaigns.executor import Executor, Handle
from dist_invention.campaigns.local_pool import LocalProcess
from dist_invention.campaigns.ray_pool import RayProcess
import pytest


@pytest.mark.parametrize(
    ("kind", "protocol"),
    [
        (LocalPool, Executor),
        (RayPool, Executor),
        (LocalProcess, Handle),
        (RayProcess, Handle),
    ],
)
def test_it_answers_all_questions_with_the_same_arguments(kind, protocol):
    methods = {name for name in vars(protocol) if not name.startswith("_")}
    assert methods
    for name in methods:
        asked = inspect.signature(getattr(protocol, name)).parameters
        assert list(inspect.signature(getattr(kind, name)).parameters) == list(asked)


def test_whoever_only_starts_processes_loads_no_backend():
    code = (
        "import sys, dist_invention.campaigns; "
        "print(sorted({'keras', 'tensorflow', 'jax', 'ray'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
