"""Python imports this at each start: it sets the failpoints that the plan names."""

import json
import os

if "CHAOS_PLAN" in os.environ:
    import chaos_points

    chaos_points.install(json.loads(os.environ["CHAOS_PLAN"]))
if "CHAOS_STORE" in os.environ:
    import fsspec

    fsspec.register_implementation("chaos", "chaos_store.ChaosFileSystem")
