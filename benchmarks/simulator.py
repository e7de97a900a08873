"""Recorded scenes per second: our simulator against pymunk on the same scenes.

Run as `python benchmarks/simulator.py`; it takes under a minute on a quiet machine and
800 MB of memory. One thread; both sides record position and velocity of every ball at
300 frames. The scenes are those of the training range, 1 to 4 balls, sorted by number
of balls. Repeats are interleaved: in each one ours simulates all scenes at once and
pymunk a sample of them, another one each time. Ours is faster the more scenes it is
given; its rate for a tenth of them is measured too. Times are processor times of this
process; building a pymunk space is not counted. `ratio`, the median, is against
pymunk's documented attributes (`body.position`, `body.velocity`), `ratio_batch_reader`
against its batch reader, which pymunk calls experimental.
"""

import json
import os
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

from dist_invention.domains.physics.contacts import SLOP
from dist_invention.domains.physics.engine import KEPT_OVERLAP
from dist_invention.domains.physics.laws import sample_laws
from dist_invention.domains.physics.rules import FRAME_SECONDS, SUBSTEPS, simulate
from dist_invention.domains.physics.scenes import (
    HEIGHT,
    SLOTS,
    WIDTH,
    ball_counts,
    spawn,
)
import numpy as np
import pymunk
import pymunk.batch

SCENES, FRAMES, REPEATS = 14400, 300, 5
SAMPLE, BATCH_SAMPLE = 600, 300
CLEARANCE = 0.02
CORNERS = [(-1, -1), (WIDTH + 1, -1), (WIDTH + 1, HEIGHT + 1), (-1, HEIGHT + 1)]


def draw_scenes():
    """Scenes of the training range, most balls first."""
    generator = np.random.Generator(np.random.Philox(key=[0, 0]))
    counts = np.sort(ball_counts(generator, SCENES, (1, SLOTS)))[::-1]
    return spawn(generator, counts, sample_laws(generator, SCENES, "train"))[0]


def build_space(scenes, row):
    """One pymunk space with the same law, walls and balls; balls do not rotate."""
    space = pymunk.Space()
    gravity, friction, elasticity, damping = scenes.law[row]
    space.gravity, space.damping = (0.0, gravity), damping
    space.collision_slop, space.collision_bias = SLOP, KEPT_OVERLAP
    shapes, bodies = [], []
    for start, end in zip(CORNERS, CORNERS[1:] + CORNERS[:1], strict=True):
        shapes.append(pymunk.Segment(space.static_body, start, end, 1.0))
    for slot in np.flatnonzero(scenes.present[row]):
        body = pymunk.Body(scenes.mass[row, slot], float("inf"))
        body.position = tuple(scenes.position[row, slot])
        body.velocity = tuple(scenes.velocity[row, slot])
        bodies.append(body)
        shapes.append(pymunk.Circle(body, scenes.radius[row, slot]))
    for shape in shapes:
        shape.friction, shape.elasticity = friction, elasticity
    space.add(*bodies, *shapes)
    return space, bodies


def run_pymunk(space, bodies):
    """Record one scene through pymunk's documented attributes."""
    record = np.zeros((FRAMES, SLOTS, 4))
    step = FRAME_SECONDS / SUBSTEPS
    for frame in range(FRAMES):
        for slot, body in enumerate(bodies):
            (x, y), (vx, vy) = body.position, body.velocity
            record[frame, slot] = x, y, vx, vy
        for _ in range(SUBSTEPS):
            space.step(step)
    return record


def run_pymunk_batch(space, bodies):
    """Record one scene through pymunk's batch reader, which it calls experimental."""
    fields = pymunk.batch.BodyFields.POSITION | pymunk.batch.BodyFields.VELOCITY
    buffer, step = pymunk.batch.Buffer(), FRAME_SECONDS / SUBSTEPS
    for _ in range(FRAMES):
        pymunk.batch.get_space_bodies(space, fields, buffer)
        for _ in range(SUBSTEPS):
            space.step(step)
    values = np.frombuffer(buffer.float_buf(), float).reshape(FRAMES, -1, 4)
    return values[:, -len(bodies) :]


def seconds_per_scene(scenes, rows, run):
    """Processor seconds a scene, and the records."""
    spent, records = 0.0, []
    for row in rows:
        space, bodies = build_space(scenes, row)
        begin = time.process_time()
        records.append(run(space, bodies))
        spent += time.process_time() - begin
    return spent / len(rows), records


def deviation(scenes, ours, record, row):
    """Deviations in m: while contacts come one at a time, and at the last frame.

    The first is measured until two balls, or a ball and two walls, might touch within
    a frame: their gap is under the clearance plus the distance moved. From then on the
    outcome depends on the order in which an engine answers contacts, and chaos
    amplifies it.
    """
    apart = np.abs(ours.position[row] - record[..., :2]).max(axis=(1, 2))
    centres = ours.position[row][:, scenes.present[row] > 0]
    radius = scenes.radius[row][scenes.present[row] > 0]
    gap = np.linalg.norm(centres[:, :, None] - centres[:, None], axis=-1)
    gap = gap - radius[:, None] - radius + 1e9 * np.eye(len(radius))
    moved = np.linalg.norm(np.diff(centres, axis=0), axis=-1).max(axis=1)
    reach = CLEARANCE + 4 * np.append(moved, moved[-1])
    walls = np.minimum(centres, [WIDTH, HEIGHT] - centres) - radius[:, None]
    near = np.minimum(gap.min(axis=(1, 2)), walls.max(axis=2).min(axis=1))
    close = np.flatnonzero(near < reach)
    before = close[0] if len(close) else FRAMES
    return apart[:before].max(initial=0.0), apart[-1]


def main():
    scenes = draw_scenes()
    simulate(scenes, FRAMES)  # warm memory, as in a session that simulates much
    few = scenes.take(slice(0, SCENES, 10))
    ratios, batch_ratios, ours_rate, rival_rate, gaps = [], [], [], [], []
    few_rate = []
    for repeat in range(REPEATS):
        begin = time.process_time()
        simulate(few, FRAMES)
        few_rate.append(len(few) / (time.process_time() - begin))
        begin = time.process_time()
        ours = simulate(scenes, FRAMES)
        seconds = (time.process_time() - begin) / SCENES
        rows = np.arange(repeat, SCENES, SCENES // SAMPLE)
        rival, records = seconds_per_scene(scenes, rows, run_pymunk)
        batch_rows = rows[:: SAMPLE // BATCH_SAMPLE]
        batch, _ = seconds_per_scene(scenes, batch_rows, run_pymunk_batch)
        gaps += [
            deviation(scenes, ours, record, row)
            for row, record in zip(rows, records, strict=True)
        ]
        del ours, records  # the next repeat finds the same memory free
        ratios.append(rival / seconds)
        batch_ratios.append(batch / seconds)
        ours_rate.append(1 / seconds)
        rival_rate.append(1 / rival)
        print(
            f"repeat {repeat + 1}: ours {1 / seconds:,.0f} scenes/s, pymunk "
            f"{1 / rival:,.0f}, pymunk's batch reader {1 / batch:,.0f}"
        )
    early, late = np.array(gaps).T
    result = {
        "benchmark": "simulator",
        "ratio": round(float(np.median(ratios)), 2),
        "ratio_batch_reader": round(float(np.median(batch_ratios)), 2),
        "ratios": [round(float(value), 2) for value in ratios],
        "scenes": SCENES,
        "scenes_of_pymunk": SAMPLE * REPEATS,
        "frames": FRAMES,
        "substeps_both": SUBSTEPS,
        "threads": 1,
        "ours_scenes_per_second": round(float(np.median(ours_rate)), 1),
        f"ours_scenes_per_second_for_{len(few)}": round(float(np.median(few_rate)), 1),
        "pymunk_scenes_per_second": round(float(np.median(rival_rate)), 1),
        "largest_deviation_m": float(early.max()),
        "measured": "until two balls or a ball and two walls might touch, all samples",
        "median_deviation_last_frame_m": float(np.median(late)),
        "share_within_1_mm_last_frame": round(float((late < 1e-3).mean()), 4),
    }
    print(
        f"{SUBSTEPS} sub-steps a frame on both sides. Largest deviation "
        f"{early.max():.1e} m while contacts come one at a time; "
        f"{(late < 1e-3).mean():.1%} of the sampled scenes agree to 1 mm after 5 s."
    )
    print(json.dumps(result))


if __name__ == "__main__":
    main()
