"""The metric of the earlier work on its toy set, for predictors that learn nothing.

Run as `python benchmarks/diary_metric.py`. The toy set: three balls, positions
N(0, 5^2), velocities N(0, 2^2), no walls, no contacts, 25 raw columns (time, then x,
y, vx, vy, mass, radius, kinetic and potential energy of each ball). Frames 0 to 9 are
given, frames 10 to 19 asked for.
"""
