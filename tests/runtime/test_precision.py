from dist_invention.runtime.precision import choose_precision, gpu_capability
import pytest


@pytest.mark.parametrize(
    ("asked", "capability", "policy", "reason"),
    [
        ("auto", None, "float32", "a CPU gains nothing from half precision"),
        ("auto", 8.0, "mixed_bfloat16", "compute capability 8.0 has bfloat16 units"),
        ("auto", 9.0, "mixed_bfloat16", "compute capability 9.0 has bfloat16 units"),
        (
            "auto",
            7.5,
            "float32",
            "compute capability 7.5 has no bfloat16 units; "
            "float16 with loss scaling is used only when asked for",
        ),
        ("float32", 9.0, "float32", "float32 was asked for"),
        ("bfloat16", None, "mixed_bfloat16", "bfloat16 was asked for"),
        (
            "float16",
            7.5,
            "mixed_float16",
            "float16 was asked for, with loss scaling",
        ),
    ],
)
def test_the_policy_fits_the_device_and_says_why(asked, capability, policy, reason):
    chosen = choose_precision(asked, capability)
    assert (chosen.policy, chosen.reason) == (policy, reason)


def test_an_unknown_precision_is_refused():
    with pytest.raises(ValueError) as error:
        choose_precision("half", None)
    assert str(error.value) == (
        "Expected the precision to be one of "
        "('auto', 'float32', 'bfloat16', 'float16'). "
        "Received: precision='half'. Choose one of them."
    )


@pytest.mark.parametrize(
    ("devices", "details", "capability"),
    [
        ([], {}, None),
        (["gpu"], {"compute_capability": (8, 6)}, 8.6),
        (["gpu"], {}, 0.0),  # a device that does not say: no bfloat16 for it
    ],
)
def test_the_capability_is_that_of_the_first_gpu(
    devices, details, capability, keras, monkeypatch
):
    import tensorflow as tf

    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: devices)
    monkeypatch.setattr(
        tf.config.experimental, "get_device_details", lambda device: details
    )
    assert gpu_capability("tensorflow") == capability
