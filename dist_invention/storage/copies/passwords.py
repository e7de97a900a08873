"""Passwords in addresses: never in a journal, a message or a table."""

import re
from urllib.parse import unquote

PASSWORD = re.compile(r"(://[^/@:\s]*):(?!\d+(?:[/\s]|$))([^/\s]*|[^\s@]*)@")


def without_password(text: str) -> str:
    """Return a text with the password of any URL in it replaced by stars.

    Example:
        >>> without_password("sftp://me:secret@host/copies")
        'sftp://me:***@host/copies'
    """
    return PASSWORD.sub(r"\1:***@", text)


def explain(error: BaseException, url: str) -> str:
    """Return the name and the message of an error, without the password of a URL.

    Example:
        >>> explain(OSError("secret is wrong"), "sftp://me:secret@host/copies")
        'OSError: *** is wrong'
    """
    text = without_password(f"{type(error).__name__}: {error}")
    known = PASSWORD.search(url)
    secret = known[2] if known else ""
    for part in filter(None, (secret, unquote(secret), *secret.split("/"))):
        text = text.replace(part, "***")
    return text
