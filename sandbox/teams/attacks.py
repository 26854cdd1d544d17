"""The catalogue of wrong tokens: what a bot must answer with 401 or 403, never with 500, never by a turn.

How a token is put together by hand is in `forge`.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from cryptography.hazmat.primitives import hashes, serialization

from sandbox.teams.forge import (
    Forge,
    Forgery,
    bearing,
    doubled,
    eddsa,
    es256,
    flipped,
    hs,
    nested,
    ps256,
    rs,
    rs256,
    thumbprint,
    unsigned,
)
from sandbox.teams.issuer import Issuer
from sandbox.teams.wire import base64url

Attack = Callable[[Forge], tuple[str, ...]]
"""Gives the values of the Authorization headers to send: none, one, or two."""

_DAY = 86400
_TOO_LATE = 360  # seconds; beyond the five minutes of clock skew that Microsoft calls industry standard
_ENTRA_V1 = "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/"  # the emulator's issuer
_ENTRA_V2 = "https://login.microsoftonline.com/d6d49420-f39b-4df7-a1dc-d59a935871db/v2.0"

_HEADERS: dict[str, Attack] = {
    "no Authorization": lambda _: (),
    "empty Authorization": lambda _: ("",),
    "scheme alone": lambda _: ("Bearer",),
    "scheme and blanks": lambda _: ("Bearer    ",),
    "Basic scheme": lambda _: ("Basic YXR0bXM6c2VjcmV0",),
    "Basic scheme with a good token": lambda f: (f"Basic {f.honest}",),
    "Token scheme": lambda f: (f"Token {f.honest}",),
    "Negotiate scheme": lambda _: ("Negotiate YIIB",),
    "token without scheme": lambda f: (f.honest,),
    "scheme glued to the token": lambda f: (f"Bearer{f.honest}",),
    "scheme twice": lambda f: (f"Bearer Bearer {f.honest}",),
    "header twice": lambda f: (f"Bearer {f.honest}", f"Bearer {f.honest}"),
    "good header after a bad one": lambda f: ("Bearer x.y.z", f"Bearer {f.honest}"),
    "bad header after a good one": lambda f: (f"Bearer {f.honest}", "Basic eDp5"),
    "two tokens with a comma": lambda f: (f"Bearer {f.honest}, Bearer {f.honest}",),
    "two tokens with a blank": lambda f: (f"Bearer {f.honest} {f.honest}",),
    "parameter after the token": lambda f: (f"Bearer {f.honest};charset=utf-8",),
    "quoted token": lambda f: (f'Bearer "{f.honest}"',),
    "token as parameter": lambda f: (f"Bearer token={f.honest}",),
}

_SHAPES: dict[str, Forgery] = {
    "the word null": lambda _: "null",
    "the word undefined": lambda _: "undefined",
    "garbage": lambda _: "!!!not-a-token!!!",
    "letters beyond ASCII": lambda _: "ümlaut.tökèn.☃",
    "three dots": lambda _: "...",
    "empty segments": lambda _: "..",
    "one segment": lambda f: f.parts()[0],
    "two segments": lambda f: ".".join(f.parts()[:2]),
    "four segments": lambda f: f"{f.honest}.{f.parts()[2]}",
    "five segments": lambda f: f"{f.honest}.AAAA.AAAA",
    "padding in a segment": lambda f: f"{f.honest}==",
    "percent signs": lambda f: f.honest.replace(".", "%2E"),
    "token of seven KiB": lambda f: f.with_claims(padding="x" * 4600),
    "header is no JSON": lambda f: f.signed(header=b"RS256"),
    "header is a list": lambda f: f.signed(header=b'["RS256"]'),
    "header is empty": lambda f: f.signed(header=b"{}"),
    "header is nested deep": lambda f: f.signed(header=nested(1500)),
    "header is no UTF-8": lambda f: f.signed(header=b'{"alg":"RS256","kid":"\xff\xfe"}'),
    "claims are no JSON": lambda f: f.signed(b"aud=bot"),
    "claims are a list": lambda f: f.signed(b"[1,2,3]"),
    "claims are a word": lambda f: f.signed(b'"admin"'),
    "claims are null": lambda f: f.signed(b"null"),
    "claims are empty": lambda f: f.signed(b"{}"),
    "claims are nested deep": lambda f: f.signed(nested(1500)),
    "claims are no UTF-8": lambda f: f.signed(b'{"iss":"\xff\xfe"}'),
    "claims hold NaN": lambda f: f.signed(json.dumps(f.claims(exp=float("nan"))).encode()),
    "claims hold infinity": lambda f: f.signed(json.dumps(f.claims(exp=float("inf"))).encode()),
    "audience twice, wrong one last": lambda f: f.signed(doubled(f.claims(), "aud", "somebody-else")),
    "payload is not encoded": lambda f: f"{f.parts()[0]}.{json.dumps(f.claims())}.{f.parts()[2]}",
}

_ALGORITHMS: dict[str, Forgery] = {
    "alg none": lambda f: f.signed(header=f.header(alg="none"), sign=unsigned),
    "alg nOnE": lambda f: f.signed(header=f.header(alg="nOnE"), sign=unsigned),
    "alg none under a good signature": lambda f: f.with_header(alg="none"),
    "alg missing": lambda f: f.signed(header=f.header(without="alg")),
    "alg null": lambda f: f.with_header(alg=None),
    "alg empty": lambda f: f.with_header(alg=""),
    "alg a list": lambda f: f.with_header(alg=["RS256"]),
    "alg a number": lambda f: f.with_header(alg=256),
    "alg in small letters": lambda f: f.with_header(alg="rs256"),
    "HS256 with the public key": lambda f: _symmetric(f, "HS256", f.issuer.key.public_pem),
    "HS256 with the stripped public key": lambda f: _symmetric(f, "HS256", f.issuer.key.public_pem.strip()),
    "HS256 with the public key as DER": lambda f: _symmetric(f, "HS256", _der(f)),
    "HS256 with the modulus": lambda f: _symmetric(f, "HS256", f.issuer.key.jwk()["n"].encode()),
    "HS256 with the empty key": lambda f: _symmetric(f, "HS256", b""),
    "HS384 with the public key": lambda f: _symmetric(f, "HS384", f.issuer.key.public_pem),
    "HS512 with the public key": lambda f: _symmetric(f, "HS512", f.issuer.key.public_pem),
    "RS384": lambda f: f.signed(header=f.header(alg="RS384"), sign=rs(f.issuer.key, hashes.SHA384())),
    "RS512": lambda f: f.signed(header=f.header(alg="RS512"), sign=rs(f.issuer.key, hashes.SHA512())),
    "PS256": lambda f: f.signed(header=f.header(alg="PS256"), sign=ps256(f.issuer.key)),
    "ES256 with a key of the sender": lambda f: f.signed(header=f.header(alg="ES256"), sign=es256()),
    "EdDSA with a key of the sender": lambda f: f.signed(header=f.header(alg="EdDSA"), sign=eddsa()),
}

_KEYS: dict[str, Forgery] = {
    "foreign key under our kid": lambda f: f.signed(sign=rs256(f.foreign)),
    "foreign key under its own kid": lambda f: f.as_key(f.foreign),
    "kid missing": lambda f: f.signed(header=f.header(without="kid")),
    "kid missing, foreign key": lambda f: f.signed(header=f.header(without="kid"), sign=rs256(f.foreign)),
    "kid null": lambda f: f.with_header(kid=None),
    "kid empty": lambda f: f.with_header(kid=""),
    "kid a number": lambda f: f.with_header(kid=0),
    "kid a list": lambda f: f.with_header(kid=[f.issuer.key.kid]),
    "kid an object": lambda f: f.with_header(kid={"kid": f.issuer.key.kid}),
    "kid a path": lambda f: f.with_header(kid="../../../../dev/null"),
    "kid a query": lambda f: f.with_header(kid="x' OR '1'='1"),
    "kid very long": lambda f: f.with_header(kid="k" * 2000),
    "kid of another key": lambda f: f.with_header(kid=f.issuer.webchat_key.kid),
    "key endorsed for another channel": lambda f: f.as_key(f.issuer.webchat_key),
    "key without endorsements": lambda f: f.as_key(f.issuer.unendorsed_key),
    "embedded jwk": lambda f: _foreign(f, jwk=f.foreign.jwk()),
    "embedded jwk, no kid": lambda f: _foreign(f, without="kid", jwk=f.foreign.jwk()),
    "embedded jwk under our kid": lambda f: _foreign(f, kid=f.issuer.key.kid, jwk=f.foreign.jwk()),
    "jku under our kid": lambda f: _foreign(f, kid=f.issuer.key.kid, jku="https://evil.example/keys"),
    "embedded x5c": lambda f: _foreign(f, x5c=[f.foreign.x5c]),
    "jku elsewhere": lambda f: _foreign(f, jku="https://evil.example/keys"),
    "jku at a loopback port": lambda f: _foreign(f, jku="http://127.0.0.1:9/keys"),
    "x5u elsewhere": lambda f: _foreign(f, x5u="https://evil.example/chain.pem"),
    "x5t of a foreign key": lambda f: _foreign(f, **{"x5t": f.foreign.x5t, "x5t#S256": thumbprint(f.foreign)}),
    "crit of something unknown": lambda f: f.with_header(crit=["exp"], exp=1),
    "crit empty": lambda f: f.with_header(crit=[]),
    "crit b64": lambda f: f.with_header(crit=["b64"], b64=False),
}

_SIGNATURES: dict[str, Forgery] = {
    "no signature": lambda f: f.signed(sign=unsigned),
    "signature cut": lambda f: f.honest[:-8],
    "signature altered": lambda f: _joined(f.parts()[0], f.parts()[1], flipped(f.parts()[2])),
    "signature of zeros": lambda f: f.signed(sign=lambda _: bytes(256)),
    "signature of ones": lambda f: f.signed(sign=lambda _: b"\x01" * 256),
    "signature of another token": lambda f: _joined(
        f.parts()[0], f.parts()[1], f.with_claims(nbf=f.now - 301).split(".")[2]
    ),
    "claims altered": lambda f: _joined(f.parts()[0], _encoded(f.claims(exp=f.now + 7200)), f.parts()[2]),
    "header altered": lambda f: _joined(_encoded(f.header(cty="JWT")), f.parts()[1], f.parts()[2]),
}

_TIMES: dict[str, Forgery] = {
    "expired": lambda f: f.with_claims(exp=f.now - _TOO_LATE, nbf=f.now - 7200),
    "expired long ago": lambda f: f.with_claims(exp=1, nbf=0),
    "exp missing": lambda f: f.lacking("exp"),
    "exp null": lambda f: f.with_claims(exp=None),
    "exp a word": lambda f: f.with_claims(exp="tomorrow"),
    "exp a list": lambda f: f.with_claims(exp=[f.now + 3600]),
    "exp true": lambda f: f.with_claims(exp=True),
    "exp negative": lambda f: f.with_claims(exp=-1),
    "exp of 400 digits": lambda f: f.with_claims(exp=10**400),
    "exp in ten years": lambda f: f.with_claims(exp=f.now + 3650 * _DAY),
    "exp in two days": lambda f: f.with_claims(exp=f.now + 2 * _DAY),
    "nbf ahead": lambda f: f.with_claims(nbf=f.now + _TOO_LATE),
    "nbf missing": lambda f: f.lacking("nbf"),
    "nbf null": lambda f: f.with_claims(nbf=None),
    "nbf a word": lambda f: f.with_claims(nbf="yesterday"),
    "nbf of 400 digits": lambda f: f.with_claims(nbf=10**400),
}

_CLAIMS: dict[str, Forgery] = {
    "issuer of somebody else": lambda f: f.with_claims(iss="https://evil.example"),
    "issuer missing": lambda f: f.lacking("iss"),
    "issuer null": lambda f: f.with_claims(iss=None),
    "issuer a list": lambda f: f.with_claims(iss=[f.issuer.issuer]),
    "issuer with a closing slash": lambda f: f.with_claims(iss=f"{f.issuer.issuer}/"),
    "issuer as prefix": lambda f: f.with_claims(iss=f"{f.issuer.issuer}.evil.example"),
    "issuer in capitals": lambda f: f.with_claims(iss=f.issuer.issuer.upper()),
    "emulator token, v1 issuer": lambda f: f.with_claims(iss=_ENTRA_V1, ver="1.0", appid=f.issuer.app_id),
    "emulator token, v2 issuer": lambda f: f.with_claims(iss=_ENTRA_V2, ver="2.0", azp=f.issuer.app_id),
    "the bot's own outbound token": lambda f: f.with_claims(iss=_ENTRA_V1, aud="https://api.botframework.com"),
    "audience of somebody else": lambda f: f.with_claims(aud="00000000-0000-0000-0000-00000000beef"),
    "audience missing": lambda f: f.lacking("aud"),
    "audience null": lambda f: f.with_claims(aud=None),
    "audience empty": lambda f: f.with_claims(aud=""),
    "audience a list with the bot": lambda f: f.with_claims(aud=[f.issuer.app_id]),
    "audience a list with the bot and others": lambda f: f.with_claims(aud=["x", f.issuer.app_id]),
    "audience an object": lambda f: f.with_claims(aud={f.issuer.app_id: True}),
    "audience as URI": lambda f: f.with_claims(aud=f"api://{f.issuer.app_id}"),
    "audience with a blank": lambda f: f.with_claims(aud=f"{f.issuer.app_id} "),
    "serviceurl elsewhere": lambda f: f.with_claims(serviceurl="https://evil.example/emea/"),
    "serviceurl of another region": lambda f: f.with_claims(serviceurl=f"{f.service_url}amer/"),
    "serviceurl missing": lambda f: f.lacking("serviceurl"),
    "serviceurl null": lambda f: f.with_claims(serviceurl=None),
    "serviceurl empty": lambda f: f.with_claims(serviceurl=""),
    "serviceurl a list": lambda f: f.with_claims(serviceurl=[f.service_url]),
    "serviceurl with a user name": lambda f: f.with_claims(serviceurl=f.service_url.replace("://", "://evil.example@")),
}

ATTACKS: dict[str, Attack] = {
    **_HEADERS,
    **bearing(_SHAPES),
    **bearing(_ALGORITHMS),
    **bearing(_KEYS),
    **bearing(_SIGNATURES),
    **bearing(_TIMES),
    **bearing(_CLAIMS),
}
"""Every attack by name; the names are known without an issuer, so that tests can be parametrised."""


def wrong_tokens(issuer: Issuer, *, service_url: str) -> dict[str, tuple[str, ...]]:
    """Forge the whole catalogue: by name, the values of the Authorization headers to send."""
    forge = Forge(issuer=issuer, service_url=service_url)
    return {name: attack(forge) for name, attack in ATTACKS.items()}


def _symmetric(forge: Forge, algorithm: str, secret: bytes) -> str:
    digest = f"sha{algorithm.removeprefix('HS')}"
    return forge.signed(header=forge.header(alg=algorithm), sign=hs(secret, digest))


def _foreign(forge: Forge, *, without: str = "", **header: object) -> str:
    claimed = forge.header(without=without, **{"kid": forge.foreign.kid, **header})
    return forge.signed(header=claimed, sign=rs256(forge.foreign))


def _der(forge: Forge) -> bytes:
    public = forge.issuer.key.private.public_key()
    return public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _encoded(content: dict[str, object]) -> str:
    return base64url(json.dumps(content).encode())


def _joined(head: str, body: str, signature: str) -> str:
    return f"{head}.{body}.{signature}"
