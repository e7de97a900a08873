"""The frame of every page: head, policy, styles, then what the page holds."""

from collections.abc import Mapping

from dist_invention.reports.markup import Markup, element
from dist_invention.reports.style import stylesheet

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def document(title: str, header: Markup, sections: Markup, foot: str) -> str:
    """Return a whole page: one file, no script, nothing loaded from anywhere.

    Args:
        title: Title of the window.
        header: The head of the page.
        sections: Everything below it.
        foot: One line on what the page was made from.

    Example:
        >>> document("a", Markup(""), Markup(""), "").startswith("<!doctype html>")
        True
    """
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("title", title),
        stylesheet(),
    )
    body = element(
        "body",
        header,
        element("main", sections),
        element("footer", element("p", foot)),
    )
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def contents(sections: Mapping[str, str]) -> Markup:
    """Return links to the sections of a page.

    Args:
        sections: Title of each section by its anchor.
    """
    links = (element("a", said, href=f"#{anchor}") for anchor, said in sections.items())
    return element("nav", *links, aria_label="Contents")
