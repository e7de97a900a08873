"""Names that a zip may carry: none leads out of the folder it is unpacked into."""

from collections.abc import Collection
import re

DRIVE = re.compile(r"[A-Za-z]:")


def why_unsafe(name: str) -> str | None:
    r"""Return why a name must not stand in a zip, or `None` where it may.

    The same rule holds when a zip is written and when it is read, on any system: a
    backslash is a letter here and parts folders elsewhere.

    Args:
        name: Of a member, relative, with `/` between parts.

    Example:
        >>> why_unsafe("a/../../b")
        'a part of it is `..`'
        >>> why_unsafe("stages/01-near/model.keras")
    """
    parts = name.split("/")
    if name.startswith("/"):
        return "it is absolute"
    if "\\" in name:
        return "it holds a backslash, which parts folders on other systems"
    if DRIVE.match(name):
        return "it begins like a drive"
    for part in ("..", "."):
        if part in parts:
            return f"a part of it is `{part}`"
    if "" in parts:
        return "a part of it is empty"
    if "\0" in name:
        return "it holds a zero byte"
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return "it is not UTF-8"
    return None


def folder_name(wanted: str, taken: Collection[str]) -> str:
    """Return a safe name for a folder in a zip that no other folder has.

    Args:
        wanted: As the folder is called on disk; a part that is unsafe is rewritten.
        taken: Names given so far. Large and small letters count as the same, since
            they are on some systems that unpack.

    Example:
        >>> folder_name("a", ["A", "b"])
        'a~2'
    """
    parts = [_safe_part(part) for part in wanted.split("/")]
    name = base = "/".join(part for part in parts if part) or "unnamed"
    used = {other.casefold() for other in taken}
    number = 1
    while name.casefold() in used:
        number += 1
        name = f"{base}~{number}"
    return name


def _safe_part(part: str) -> str:
    text = part.encode("utf-8", "replace").decode("utf-8")
    text = re.sub(r"[\\\0:]", "_", text)
    return "_" * len(text) if text in (".", "..") else text
