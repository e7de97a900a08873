"""Windows hold what their fields say, and their keys know a scene again."""

from dist_invention.domains.physics import windows
from dist_invention.domains.physics.laws import Law, sample_laws
from dist_invention.domains.physics.rules import energy, simulate
from dist_invention.domains.physics.scenes import ball_counts, single_ball, spawn
import numpy as np


def cut(n=12, horizon=20, seed=6):
    generator = np.random.Generator(np.random.Philox(key=[seed, 0]))
    counts = ball_counts(generator, n, (1, 4))
    scenes, _ = spawn(generator, counts, sample_laws(generator, n, "train"))
    return scenes, windows.cut_windows(scenes, horizon)[0]


def test_every_array_has_the_shape_and_unit_of_its_field():
    _, arrays = cut()
    fields = {field.name: field for field in windows.window_fields(20)}
    assert set(fields) == set(arrays)
    for name, values in arrays.items():
        assert values.shape == (12, *fields[name].shape)
        assert values.dtype == np.float32
        assert fields[name].unit


def test_context_and_future_are_consecutive_frames_of_one_run():
    scenes, arrays = cut()
    run = simulate(scenes, 30)
    whole = np.concatenate([arrays["context_position"], arrays["position"]], axis=1)
    assert np.allclose(whole, run.position, atol=1e-6)


def test_energy_change_counts_from_the_last_context_frame():
    scenes, arrays = cut()
    run = simulate(scenes, 30)
    joules = energy(scenes, run.position, run.velocity)
    expected = joules[:, 10:] - joules[:, 9:10]
    assert np.allclose(arrays["energy_change"], expected, atol=1e-4)


def test_first_contact_is_the_first_touched_frame_or_the_horizon():
    law = Law(gravity=-9.81)
    scenes = single_ball(law, (4.0, 1.0))
    arrays, _ = windows.cut_windows(scenes, 60)
    first = int(arrays["first_contact"][0])
    assert arrays["contact"][0, first].any()
    assert not arrays["contact"][0, :first].any()
    free, _ = windows.cut_windows(single_ball(law, (4.0, 5.0)), 10)
    assert free["first_contact"][0] == 10


def test_trimming_shortens_the_targets_only():
    _, arrays = cut(horizon=30)
    short = windows.trim(arrays, 5)
    assert short["position"].shape[1] == short["contact"].shape[1] == 5
    assert short["first_contact"].max() <= 5
    assert np.array_equal(short["context_position"], arrays["context_position"])
    assert arrays["position"].shape[1] == 30


def test_runaway_windows_are_marked_and_emptied():
    law = Law(gravity=0.0, elasticity=1.1, damping=1.0)
    arrays, wild = windows.cut_windows(single_ball(law, (4.0, 3.0), (23.0, 0.0)), 60)
    assert wild.tolist() == [True]
    assert not arrays["position"].any()
    _, wild = windows.cut_windows(single_ball(law, (4.0, 3.0), (1.0, 0.0)), 60)
    assert wild.tolist() == [False]


def test_the_future_continues_the_context():
    _, arrays = cut()
    future, _ = windows.cut_future(windows.scenes_at(arrays), 20)
    free = arrays["first_contact"] == 20
    gap = np.abs(future["position"] - arrays["position"])[free]
    assert free.any()
    assert gap.max() < 1e-5


def test_keys_know_a_scene_with_renamed_balls_again():
    _, arrays = cut()
    renamed = dict(arrays)
    for name in ("radius", "mass", "present"):
        renamed[name] = arrays[name][:, [2, 0, 3, 1]]
    for name in ("context_position", "context_velocity"):
        renamed[name] = arrays[name][:, :, [2, 0, 3, 1]]
    assert np.array_equal(windows.example_keys(renamed), windows.example_keys(arrays))


def test_keys_differ_with_state_and_with_law():
    _, arrays = cut()
    keys = windows.example_keys(arrays)
    assert len(set(keys)) == 12
    law = arrays["law"].copy()
    law[:, 0] -= 0.01
    assert not np.isin(windows.example_keys({**arrays, "law": law}), keys).any()
    assert not np.isin(windows.law_keys(law), windows.law_keys(arrays["law"])).any()
