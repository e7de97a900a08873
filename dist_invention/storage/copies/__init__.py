"""Verified copies of a run at every destination, and the way back from one."""
