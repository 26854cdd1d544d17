"""Whether a callout was signed with our secret. Pure."""

import base64
import hashlib
import hmac

HEAD = "sha1="
"""HMAC-SHA1 is all that AutoTask offers (vendor help: webhook payload verification)."""


def verify(secret: str, raw: bytes, header: str) -> bool:
    """Check ``X-Hook-Signature`` against the bytes as they came, in a time that tells nothing of the secret."""
    digest = hmac.new(secret.encode(), raw, hashlib.sha1).digest()
    expected = HEAD + base64.b64encode(digest).decode("ascii")
    return hmac.compare_digest(expected.encode("ascii"), header.encode("utf-8", "surrogateescape"))
