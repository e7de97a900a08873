"""Every test has a registry of its own, so that none touches the user's."""

import pytest


@pytest.fixture(autouse=True)
def registry_home(tmp_path_factory, monkeypatch):
    home = tmp_path_factory.mktemp("home") / "registry"
    monkeypatch.setenv("DIST_INVENTION_HOME", str(home))
    return home
