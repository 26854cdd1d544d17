"""RSA signing keys and the certificates around them.

Which tokens are signed with a key, and which of them are lies, is said elsewhere.
"""

from __future__ import annotations

import base64
import datetime as dt
import functools
import ipaddress
import ssl
import uuid
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from sandbox.teams.wire import Json, base64url

_PEM = serialization.Encoding.PEM
_Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
_EPOCH = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
_LAST_DAY = dt.datetime(2120, 1, 1, tzinfo=dt.UTC)


def make_rsa() -> rsa.RSAPrivateKey:
    """Make a fresh 2048 bit key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A key of an issuer as its key set shows it; `endorsements` None leaves the member out."""

    kid: str
    private: rsa.RSAPrivateKey
    x5t: str
    x5c: str
    endorsements: tuple[str, ...] | None

    @classmethod
    def make(cls, *endorsements: str, endorsed: bool = True) -> SigningKey:
        """Make a fresh key; `endorsed=False` gives one whose entry has no endorsements at all."""
        private = make_rsa()
        certificate = _certificate("sandbox signing key", private, signer=private, issuer=None)
        return cls(
            kid=base64url(uuid.uuid4().bytes),
            private=private,
            # RFC 7517 section 4.8: x5t is the SHA-1 thumbprint by definition; nothing is secured by it
            x5t=base64url(certificate.fingerprint(hashes.SHA1())),  # noqa: S303 - the wire format's own digest
            x5c=base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode(),
            endorsements=endorsements if endorsed else None,
        )

    @classmethod
    @functools.cache
    def kept(cls, *endorsements: str, endorsed: bool = True) -> SigningKey:
        """Return the process's one key with these endorsements; making one takes a tenth of a second."""
        return cls.make(*endorsements, endorsed=endorsed)

    @property
    def public_pem(self) -> bytes:
        """The public half as PEM, as an attacker would find it."""
        return self.private.public_key().public_bytes(_PEM, serialization.PublicFormat.SubjectPublicKeyInfo)

    def jwk(self) -> Json:
        """Return the entry of a JSON web key set."""
        numbers = self.private.public_key().public_numbers()
        entry: Json = {
            "kty": "RSA",
            "use": "sig",
            "kid": self.kid,
            "x5t": self.x5t,
            "n": base64url(numbers.n.to_bytes(256, "big")),
            "e": base64url(numbers.e.to_bytes(3, "big")),
            "x5c": [self.x5c],
        }
        return entry if self.endorsements is None else {**entry, "endorsements": list(self.endorsements)}


@dataclass(frozen=True, slots=True)
class LoopbackTls:
    """A certificate authority of one day's use and a server certificate for 127.0.0.1 and localhost."""

    ca_file: Path
    _server_file: Path

    @classmethod
    def make(cls, directory: Path) -> LoopbackTls:
        """Write `ca.pem` and `server.pem` into a directory that only its owner may read."""
        authority_key, server_key = _make_ec(), _make_ec()
        authority = _certificate("sandbox authority", authority_key, signer=authority_key, issuer=None)
        server = _certificate("localhost", server_key, signer=authority_key, issuer=authority)
        made = cls(directory / "ca.pem", directory / "server.pem")
        made.ca_file.write_bytes(authority.public_bytes(_PEM))
        made._server_file.write_bytes(_pem(server_key) + server.public_bytes(_PEM))
        return made

    def server_context(self) -> ssl.SSLContext:
        """Return what a TLS listener needs."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._server_file)
        return context


def _make_ec() -> ec.EllipticCurvePrivateKey:
    # Made in no time, unlike RSA; nobody but the TLS library looks at these.
    return ec.generate_private_key(ec.SECP256R1())


def _pem(key: _Key) -> bytes:
    plain = serialization.NoEncryption()
    return key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, plain)


def _certificate(name: str, key: _Key, *, signer: _Key, issuer: x509.Certificate | None) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signed_by = signer.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_EPOCH)
        .not_valid_after(_LAST_DAY)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signed_by), critical=False)
        .add_extension(_usage(authority=issuer is None), critical=True)
    )
    if issuer is not None:
        loopback = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        names = x509.SubjectAlternativeName([loopback, x509.DNSName("localhost")])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(signer, hashes.SHA256())


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
