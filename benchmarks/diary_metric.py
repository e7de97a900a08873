"""The metric of the earlier work on its toy set, for predictors that learn nothing.

Run as `python benchmarks/diary_metric.py`. The toy set: three balls, positions
N(0, 5^2), velocities N(0, 2^2), time step 0.01, no walls, no contacts; 25 raw columns:
time, then x, y, vx, vy, mass, radius, kinetic and potential energy of each ball.
Frames 0 to 9 are given, frames 10 to 19 asked for.

What the record leaves open follows from its four numbers: a train mean of 86.6 leaves
no spread in mass and radius; copy last at 99.1 needs gravity 9.81; zeros at 84.3 need
mass + radius = 1.5 (taken as 1 and 0.5) and energy columns that hold zeros; and
"constant velocity" at 99.97 is a straight line through each column.
"""

import json

from dist_invention.domains.physics.metrics import diary_accuracy
import numpy as np

TRAJECTORIES, GIVEN, ASKED = 4000, 10, 10
TIME_STEP, GRAVITY, MASS, RADIUS = 0.01, -9.81, 1.0, 0.5
RECORD = {
    "zeros": 84.3,
    "train mean": 86.6,
    "copy last": 99.1,
    "constant velocity": 99.97,
}
TOLERANCE = {
    "zeros": 0.2,
    "train mean": 0.2,
    "copy last": 0.1,
    "constant velocity": 0.01,
}


def draw_toy_set(generator):
    """Return rows of shape (trajectories, 20, 25)."""
    time = TIME_STEP * np.arange(GIVEN + ASKED)
    start = generator.normal(0.0, 5.0, (TRAJECTORIES, 3, 2))
    speed = generator.normal(0.0, 2.0, (TRAJECTORIES, 3, 2))
    pull = np.array([0.0, GRAVITY])
    balls = np.zeros((TRAJECTORIES, len(time), 3, 8))
    moment = time[:, None, None]
    balls[..., 0:2] = start[:, None] + speed[:, None] * moment + pull * moment**2 / 2
    balls[..., 2:4] = speed[:, None] + pull * moment
    balls[..., 4], balls[..., 5] = MASS, RADIUS
    clock = np.broadcast_to(time[:, None], (TRAJECTORIES, len(time), 1))
    flat = balls.reshape(TRAJECTORIES, len(time), 24)
    return np.concatenate([clock, flat], axis=-1)


def predictions(train, context):
    """Return what each predictor says about frames 10 to 19."""
    shape = (len(context), ASKED, context.shape[-1])
    last, step = context[:, -1:], context[:, -1:] - context[:, -2:-1]
    ahead = np.arange(1, ASKED + 1)[None, :, None]
    return {
        "zeros": np.zeros(shape),
        "train mean": np.broadcast_to(train[:, GIVEN:].mean(axis=0), shape),
        "copy last": np.broadcast_to(last, shape),
        "constant velocity": last + step * ahead,
    }


def main():
    generator = np.random.Generator(np.random.Philox(key=[0, 0]))
    train, test = draw_toy_set(generator), draw_toy_set(generator)
    asked, found = test[:, GIVEN:], {}
    print(f"diary_accuracy on {TRAJECTORIES} toy trajectories, in percent")
    for name, predicted in predictions(train, test[:, :GIVEN]).items():
        found[name] = round(100.0 * diary_accuracy(asked, predicted), 3)
        print(f"  {name:18} {found[name]:7.3f}   record {RECORD[name]}")
    within = {k: abs(found[k] - RECORD[k]) <= TOLERANCE[k] for k in RECORD}
    result = {
        "benchmark": "diary_metric",
        "values_percent": found,
        "record_percent": RECORD,
        "tolerance_percent": TOLERANCE,
        "within": within,
        "all_within": all(within.values()),
        "gravity_m_per_s2": GRAVITY,
        "time_step_s": TIME_STEP,
    }
    print(json.dumps(result))
    if not all(within.values()):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
