"""The lines and pictures of a made-up run: metrics, events, figure records."""

import numpy as np

STAGES = {
    "in_distribution": (240, "6 of 6 epochs done"),
    "physics_terms": (200, "val_position_error_1s=0.118 reached 0.12"),
    "randomised_laws": (160, "val_loss did not improve for 3 epochs"),
    "frontier_laws": (120, "3 of 3 epochs done"),
}
METRICS = {
    "position_error_1s": ("training scale", 0.105),
    "velocity_error_1s": ("training scale", 0.19),
    "energy_error": ("1", 0.055),
}
TIERS = ("in", "near", "far", "regimes")


def bounce(position, velocity, gravity, elasticity, frames, radius=0.2):
    """Return a path of shape (frames, 2) in a box of 8 m x 6 m."""
    path, position, velocity = [], np.array(position), np.array(velocity)
    for _ in range(frames):
        path.append(position.copy())
        velocity = velocity + np.array([0.0, gravity / 60])
        position = position + velocity / 60
        for axis, size in enumerate((8.0, 6.0)):
            low, high = radius, size - radius
            if not low <= position[axis] <= high:
                position[axis] = np.clip(position[axis], low, high)
                velocity[axis] *= -elasticity
    return np.array(path)


def make_figure(tier, gravity, rng):
    panels = []
    for place in range(3):
        series = []
        for ball in range(1, 2 + place):
            start = rng.uniform([0.8, 2.5], [7.2, 5.4]), rng.uniform(-4, 4, 2)
            true = bounce(*start, gravity, 0.8, 90)
            slope = rng.normal(0, {"in": 0.004, "near": 0.007, "far": 0.014}[tier], 2)
            bend = np.arange(80)[:, None] * slope
            wrong = true[9] + np.arange(80)[:, None] * (true[9] - true[8])
            for label, role, path in (
                ("context", "context", true[:10]),
                ("true", "true", true[9:89]),
                ("predicted", "predicted", true[9:89] + bend),
                ("constant velocity", "baseline", wrong),
            ):
                x, y = path.round(4).T.tolist()
                series.append(
                    {
                        "label": label,
                        "role": role,
                        "group": f"ball {ball}",
                        "x": x,
                        "y": y,
                    }
                )
        panels.append(
            {
                "title": f"gravity {gravity} m/s\u00b2, {place + 1} balls",
                "x_label": "x",
                "y_label": "y",
                "x_unit": "m",
                "y_unit": "m",
                "x_range": [0, 8],
                "y_range": [0, 6],
                "equal_aspect": True,
                "series": series,
            }
        )
    return {
        "schema": 1,
        "kind": "trajectories",
        "title": f"Closed-loop paths, {tier} laws",
        "caption": "Ten frames are given; the next 80 frames (1.3 s) are predicted.",
        "tier": tier,
        "panels": panels,
    }


def make_metrics(rng):
    lines, step, epoch = [], 0, 0
    for number, (stage, (steps, _)) in enumerate(STAGES.items()):
        for _ in range(steps // 40):
            for _ in range(8):
                step += 5
                loss = (
                    0.9 * np.exp(-step / 150)
                    + 0.02
                    + 0.06 * number * np.exp(-(step % 200) / 40)
                )
                lines.append(
                    {
                        "kind": "train",
                        "step": step,
                        "stage": stage,
                        "epoch": epoch,
                        "values": {"loss": loss * rng.lognormal(0, 0.25)},
                    }
                )
            ramp = min(number, 1) * min(1, (step - 240) / 200)
            terms = {"position": loss * 0.7, "energy": 0.3 * ramp * loss}
            terms["momentum"] = 0.12 * ramp * loss
            values = {
                "loss": loss,
                "val_loss": loss * 1.15,
                **{f"val_{name}": loss + 0.08 for name in METRICS},
                **dict.fromkeys(METRICS, loss + 0.06),
                **{f"term/{name}": value for name, value in terms.items()},
                **{
                    f"weight/{n}": w
                    for n, w in (("energy", ramp), ("momentum", ramp / 2))
                },
                "learning_rate": 1e-3 * 0.5**number,
            }
            lines.append(
                {
                    "kind": "epoch",
                    "step": step,
                    "stage": stage,
                    "epoch": epoch,
                    "values": values,
                }
            )
            epoch += 1
    return lines


def make_events():
    events = [{"event": "opened", "host": "box", "pid": 4011, "seed": 0}]
    events += [{"event": "audit", "verdict": "clean", "seconds": 0.4}]
    events += [
        {"event": "preflight", "step_seconds": 0.11, "memory_bytes": 412_000_000}
    ]
    step = 0
    for stage, (steps, reason) in STAGES.items():
        events.append({"event": "stage_started", "stage": stage, "step": step})
        for _ in range(steps // 40):
            step += 40
            events.append({"event": "epoch", "stage": stage, "step": step})
            events.append({"event": "checkpoint", "step": step, "seconds": 0.08})
            if step == 320:
                events.append({"event": "resumed", "step": 320, "pid": 4077})
        events.append(
            {"event": "stage_ended", "stage": stage, "step": step, "reason": reason}
        )
    events += [{"event": "evaluated", "split": f"test_{tier}"} for tier in TIERS]
    events.append({"event": "finished", "seconds": 184.2})
    minutes = [divmod(index * 4, 60) for index in range(len(events))]
    return [
        {"time": f"2025-03-04T10:{m:02d}:{s:02d}+00:00", **event}
        for (m, s), event in zip(minutes, events, strict=True)
    ]
