"""Tests of `python -m dist_invention.reports`."""

import subprocess
import sys


def test_the_package_is_a_command_that_needs_no_backend(finished_campaign):
    folders = [str(path) for path in sorted(finished_campaign.glob("*-s0/*"))]
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "dist_invention.reports", *folders],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "random, seed 0" in done.stdout
    loaded = {line.split("|")[-1].strip() for line in done.stderr.splitlines()}
    assert not loaded & {"tensorflow", "keras", "jax", "torch"}
