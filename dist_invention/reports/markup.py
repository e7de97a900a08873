"""HTML that is escaped unless it says otherwise."""

from collections.abc import Iterable, Mapping
import html
import re

_VOID = {"meta", "br", "line", "rect", "circle", "polyline", "polygon", "path"}


class Markup(str):
    """Text that is already HTML. Any other text is escaped where it enters.

    Example:
        >>> element("b", "1 < 2")
        '<b>1 &lt; 2</b>'
        >>> element("b", Markup("<i>so</i>"))
        '<b><i>so</i></b>'
    """

    __slots__ = ()


def escaped(content: object) -> str:
    """Return content as HTML: `Markup` as it is, anything else escaped."""
    return content if isinstance(content, Markup) else html.escape(str(content))


def element(name: str, /, *children: object, **attributes: object) -> Markup:
    """Return one HTML or SVG element.

    Args:
        name: Tag, as in `"td"`.
        children: Content in order; plain text is escaped.
        attributes: A trailing underscore is dropped (`class_`), an inner one becomes
            a hyphen (`stroke_width`); `None` leaves the attribute out.
    """
    pairs = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID and not children:
        return Markup(f"<{name}{pairs}/>")
    return Markup(f"<{name}{pairs}>{''.join(map(escaped, children))}</{name}>")


def joined(parts: Iterable[object]) -> Markup:
    """Return the parts one after another, plain text escaped."""
    return Markup("".join(map(escaped, parts)))


def table(head: Iterable[object], rows: Iterable[Iterable[object]], **attributes):
    """Return a table in a box of its own, which scrolls where the page is narrow.

    Args:
        head: Titles of the columns.
        rows: Cells of each row: text, `Markup`, or a finished `td` or `th`.
        attributes: Attributes of the table.
    """
    body = joined(
        element("tr", *(_cell(cell, index) for index, cell in enumerate(row)))
        for row in rows
    )
    titles = element("tr", *(element("th", title, scope="col") for title in head))
    inner = element(
        "table", element("thead", titles), element("tbody", body), **attributes
    )
    return element("div", inner, class_="scroll")


def _cell(cell: object, index: int) -> Markup:
    if isinstance(cell, Markup) and cell.startswith(("<td", "<th")):
        return cell
    return element("th", cell, scope="row") if index == 0 else element("td", cell)


def section(anchor: str, title: str, *children: object) -> Markup:
    """Return a section of the page with its heading."""
    heading = element("h2", title, id=f"{anchor}-title")
    return element(
        "section", heading, *children, id=anchor, aria_labelledby=f"{anchor}-title"
    )


def absent(what: str) -> Markup:
    """Return the line that stands where something was not measured."""
    return element("p", f"Not measured: {what}", class_="absent")


def folded(title: object, *children: object) -> Markup:
    """Return content that opens on a click, without a script."""
    return element("details", element("summary", title), *children)


def pairs_list(pairs: Mapping[str, object], **attributes: object) -> Markup:
    """Return names and values as a definition list."""
    entries = (
        element("div", element("dt", name), element("dd", value))
        for name, value in pairs.items()
    )
    return element("dl", *entries, **attributes)


def plain_text(content: object) -> str:
    """Return content without its tags, as a reader hears it.

    Example:
        >>> plain_text(Markup("a &lt; b<em> (ceiling)</em>"))
        'a < b (ceiling)'
    """
    if not isinstance(content, Markup):
        return str(content)
    return html.unescape(re.sub(r"<[^>]*>", "", content))


def tiles(entries: Iterable[tuple[str, ...]]) -> Markup:
    """Return a few numbers to remember, each with its meaning.

    Args:
        entries: Value, meaning, and `good`, `bad` or `even` where one is meant.
    """
    return element("div", *(_tile(*entry) for entry in entries), class_="tiles")


def _tile(value: str, meaning: str, tone: str = "") -> Markup:
    bold = element("b", value, class_=tone or None)
    return element("div", bold, element("span", meaning), class_="tile")
