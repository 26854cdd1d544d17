"""The forger's bench: putting a JSON web token together by hand, wrongly where wanted.

Which forgeries there are is listed in `attacks`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from sandbox.teams.issuer import Issuer
from sandbox.teams.keys import SigningKey
from sandbox.teams.wire import Json, base64url

Signer = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forge:
    """An honest issuer's tokens and the tools to spoil them; `foreign` is a key that nobody published."""

    issuer: Issuer
    service_url: str
    foreign: SigningKey = field(default_factory=lambda: SigningKey.kept("foreign", "msteams"))

    @property
    def honest(self) -> str:
        """A token that a bot must accept."""
        return self.issuer.token(service_url=self.service_url)

    @property
    def now(self) -> int:
        """The issuer's time in seconds."""
        return int(self.issuer.clock())

    def claims(self, *, without: str = "", **overrides: object) -> Json:
        """Return the honest claims with some changed and one left out."""
        claims = {**self.issuer.claims(service_url=self.service_url), **overrides}
        claims.pop(without, None)
        return claims

    def header(self, *, without: str = "", **overrides: object) -> Json:
        """Return the honest header with some members changed and one left out."""
        honest = {"alg": "RS256", "typ": "JWT", "kid": self.issuer.key.kid, "x5t": self.issuer.key.x5t}
        header: Json = {**honest, **overrides}
        header.pop(without, None)
        return header

    def signed(
        self,
        claims: Mapping[str, object] | bytes | None = None,
        header: Mapping[str, object] | bytes | None = None,
        sign: Signer | None = None,
    ) -> str:
        """Put a token together; what is not given is honest."""
        head = _segment(self.header() if header is None else header)
        body = _segment(self.claims() if claims is None else claims)
        signature = (sign or rs256(self.issuer.key))(f"{head}.{body}".encode())
        return f"{head}.{body}.{base64url(signature)}"

    def with_claims(self, **overrides: object) -> str:
        """Sign changed claims properly."""
        return self.signed({**self.claims(), **overrides})

    def lacking(self, claim: str) -> str:
        """Sign claims of which one is missing."""
        return self.signed(self.claims(without=claim))

    def with_header(self, **overrides: object) -> str:
        """Sign properly under a changed header."""
        return self.signed(header={**self.header(), **overrides})

    def as_key(self, key: SigningKey) -> str:
        """Sign properly with another key, and say so."""
        return self.issuer.token(service_url=self.service_url, key=key)

    def parts(self) -> tuple[str, str, str]:
        """Return an honest token's three segments."""
        head, body, signature = self.honest.split(".")
        return head, body, signature


def rs256(key: SigningKey) -> Signer:
    """Return the signature that the header promises."""
    return _rsa(key.private, padding.PKCS1v15(), hashes.SHA256())


def rs(key: SigningKey, digest: hashes.HashAlgorithm) -> Signer:
    """Return RS256's kin with another digest."""
    return _rsa(key.private, padding.PKCS1v15(), digest)


def ps256(key: SigningKey) -> Signer:
    """Return an RSA-PSS signature."""
    return _rsa(key.private, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())


def es256() -> Signer:
    """Return a signature of a fresh elliptic curve key."""
    key = ec.generate_private_key(ec.SECP256R1())
    return lambda data: key.sign(data, ec.ECDSA(hashes.SHA256()))


def eddsa() -> Signer:
    """Return a signature of a fresh Ed25519 key."""
    return ed25519.Ed25519PrivateKey.generate().sign


def hs(secret: bytes, digest: str = "sha256") -> Signer:
    """Return a symmetric signature, as if what everybody knows were a secret."""
    return lambda data: hmac.new(secret, data, digest).digest()


def unsigned(_data: bytes) -> bytes:
    """Return no signature."""
    return b""


def flipped(text: str) -> str:
    """Change a segment's first character, hence its first bits."""
    return ("B" if text[0] == "A" else "A") + text[1:]


def nested(depth: int) -> bytes:
    """Return claims that hold lists within lists."""
    return b'{"deep":' + b"[" * depth + b"]" * depth + b"}"


def doubled(claims: Mapping[str, object], name: str, last: object) -> bytes:
    """Return claims in which one name stands twice, the wrong value last."""
    return (json.dumps(claims)[:-1] + f", {json.dumps(name)}: {json.dumps(last)}}}").encode()


def thumbprint(key: SigningKey) -> str:
    """Return a SHA-256 thumbprint of a key, as an x5t#S256 header would carry."""
    return base64url(hashlib.sha256(key.public_pem).digest())


def _rsa(key: rsa.RSAPrivateKey, pad: padding.PKCS1v15 | padding.PSS, digest: hashes.HashAlgorithm) -> Signer:
    return lambda data: key.sign(data, pad, digest)


def _segment(content: Mapping[str, object] | bytes) -> str:
    data = content if isinstance(content, bytes) else json.dumps(content, separators=(",", ":")).encode()
    return base64url(data)


Forgery = Callable[[Forge], str]


def bearing(table: Mapping[str, Forgery]) -> dict[str, Callable[[Forge], tuple[str, ...]]]:
    """Turn forgers of tokens into forgers of Authorization headers."""

    def carried(forgery: Forgery) -> Callable[[Forge], tuple[str, ...]]:
        return lambda forge: (f"Bearer {forgery(forge)}",)

    return {name: carried(forgery) for name, forgery in table.items()}
