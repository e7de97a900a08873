"""The examples in the docstrings run and say what they promise."""

import doctest
import importlib
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[1]
NEED_JAX = {"dist_invention.runtime.jax_step"}  # run by tests/runtime/test_jax_step.py
MODULES = sorted(
    ".".join(path.relative_to(REPO).with_suffix("").parts)
    for path in (REPO / "dist_invention").rglob("*.py")
    if path.name != "__init__.py"
)


@pytest.mark.parametrize("name", [name for name in MODULES if name not in NEED_JAX])
def test_examples_run(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0, f"{name}: {result.failed} examples fail, see the output"
