"""Shapes, dashes and small pictures that tell things apart without their colour."""

from dist_invention.reports.markup import Markup, element

SHAPES = {
    "circle": "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0z",
    "square": "M-4-4h8v8h-8z",
    "triangle": "M0-5.2L5.2 4H-5.2z",
    "diamond": "M0-5.8L5.8 0L0 5.8L-5.8 0z",
    "down": "M0 5.2L5.2-4H-5.2z",
    "cross": "M-4-4L4 4M-4 4L4-4",
    "plus": "M0-5.2V5.2M-5.2 0H5.2",
    "hourglass": "M-4-5H4L-4 5H4z",
    "bowtie": "M-5-4V4L5-4V4z",
    "point": "M-2.6 0a2.6 2.6 0 1 0 5.2 0a2.6 2.6 0 1 0 -5.2 0z",
}
IN_TURN = tuple(name for name in SHAPES if name != "point")
COLOURS = 6

_BOX = "M5 3h14v12h-14z"  # the training data, in the pictures of the verdicts
_PLACES = {
    "SAME": (12, 9),
    "SHIFTED INSIDE SUPPORT": (16, 12),
    "OUTSIDE SUPPORT": (25, 5),
}


def mark(shape: str, x: object, y: object, style: str, said: str = "") -> Markup:
    """Return one mark of a drawing, which keeps its size where the drawing stretches.

    Args:
        shape: A name in `SHAPES`.
        x: Place from the left, as in `"12.5%"`.
        y: Place from the top, in pixels or per cent.
        style: CSS classes of the path.
        said: What is shown on hovering; none where empty.

    Example:
        >>> mark("plus", "50%", 11, "m-model")
        '<svg x="50%" y="11" class="mark"><path d="M0-5.2V5.2M-5.2 0H5.2" \
class="m-model"/></svg>'
    """
    title = element("title", said) if said else ""
    path = element("path", d=SHAPES[shape], class_=style)
    return element("svg", title, path, x=x, y=y, class_="mark")


def shape_of(place: int) -> str:
    """Return the shape of the line in this place, counted from 0."""
    return IN_TURN[place % len(IN_TURN)]


def style_of(place: int) -> str:
    """Return the classes of the line in this place: a colour and a dash.

    Six colours and five dashes, so that no two of the first thirty are alike.

    Example:
        >>> style_of(0), style_of(6)
        ('a1 d1', 'a1 d2')
    """
    return f"a{place % COLOURS + 1} d{place % 5 + 1}"


def swatch(place: int, label: object) -> Markup:
    """Return the legend entry of a line: a piece of it with its mark, then its name."""
    line = element("line", x1="0", x2="30", y1="7", y2="7", class_="armline")
    icon = element(
        "svg",
        line,
        mark(shape_of(place), 15, 7, "armmark"),
        width="30",
        height="14",
        aria_hidden="true",
        class_=style_of(place),
    )
    return element("span", icon, label, class_="key")


def verdict_picture(verdict: str) -> Markup:
    """Return where a split lies: a dot in, at the edge of, or outside a box.

    Args:
        verdict: Of the support audit; anything else gets a question mark.
    """
    box = element("path", d=_BOX, class_="supportbox")
    if verdict == "LEAK":
        inner = element("path", d="M1 0L23 18M23 0L1 18", class_="supportcross")
    elif verdict in _PLACES:
        x, y = _PLACES[verdict]
        inner = element("circle", cx=x, cy=y, r="3.2", class_="supportdot")
    else:
        inner = element("text", "?", x="12", y="13", class_="supportmark")
    return element(
        "svg", box, inner, width="30", height="18", aria_hidden="true", class_="pict"
    )
