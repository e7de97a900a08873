"""No name in a zip leads out of the folder that it is unpacked into."""

from dist_invention.storage.archives.member_names import folder_name, why_unsafe
import pytest


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../up",
        "a/../../up",
        "a/..",
        "./a",
        "a//b",
        "a/",
        "",
        "a\\..\\b",
        "\\\\server\\share",
        "C:/windows",
        "c:evil",
        "a\0b",
        "n\udcff.json",
    ],
)
def test_a_name_that_may_lead_out_is_refused(name):
    assert why_unsafe(name)


@pytest.mark.parametrize("name", ["run.json", "a/b.c/..d", "größe/ä b.h5", "st:1/x"])
def test_an_ordinary_name_passes(name):
    assert why_unsafe(name) is None


def test_each_folder_gets_a_name_of_its_own():
    taken = []
    for _ in range(3):
        taken.append(folder_name("a", taken))
    assert taken == ["a", "a~2", "a~3"]
    assert folder_name("A", ["a"]) == "A~2", "some systems do not tell them apart"


@pytest.mark.parametrize(
    "wanted", ["", "/", "..", "a/../b", "C:", "x\\y", "n\udcff", "."]
)
def test_a_folder_with_an_unsafe_name_gets_a_safe_one(wanted):
    assert why_unsafe(folder_name(wanted, [])) is None
