"""No password of an address is ever shown."""

from urllib.parse import unquote

from dist_invention.storage.copies.passwords import explain, without_password
import pytest


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("sftp://me:secret@host/copies", "sftp://me:***@host/copies"),
        ("sftp://me:se@cret@host:22/a@b", "sftp://me:***@host:22/a@b"),
        ("sftp://me:se/cret@host/copies", "sftp://me:***@host/copies"),
        ("sftp://me:12345@host/copies", "sftp://me:***@host/copies"),
        ("sftp://host:2222/a@b", "sftp://host:2222/a@b"),
        ("sftp://me@host:2222/copies", "sftp://me@host:2222/copies"),
        ("s3://bucket/a:b@c", "s3://bucket/a:b@c"),
        ("/storage/a:b@c", "/storage/a:b@c"),
        ("to sftp://a:b@c/d and s3://e/f", "to sftp://a:***@c/d and s3://e/f"),
    ],
)
def test_only_passwords_are_hidden(text, shown):
    assert without_password(text) == shown


@pytest.mark.parametrize("password", ["secret", "se%2Fcret", "se/cret"])
def test_an_error_is_told_without_the_password(password):
    url = f"sftp://me:{password}@host/copies"
    for said in (password, unquote(password), url):
        text = explain(ValueError(f"cannot use '{said}'"), url)
        assert text.startswith("ValueError: cannot ")
        assert "cret" not in text
