"""Certificates for the platforms' names: made for one sandbox, believed by what runs in it alone.

The authority may speak for the platforms' domains and for nothing else. Its key lies in the home,
closed to other users, and its certificate is put into containers of the sandbox and into the
environment of commands run in it; this machine's own store never hears of it.
"""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sandbox.server.home import Home
from sandbox.server.public.names import DOMAINS

_FILE = "public-names.pem"  # the authority's key and certificate
_SERVED = "public-names-served.pem"  # of the server, drawn at each start
_AUTHORITY_DAYS = 3650
_SERVED_DAYS = 397  # the most that browsers take
_EARLIER = timedelta(days=1)  # clocks of virtual machines may be behind


@dataclass(frozen=True)
class Authority:
    """An authority of one sandbox."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        """Its certificate, for those that are to believe it."""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def server_context(self, home: Home) -> ssl.SSLContext:
        """TLS for a server under the platforms' names, with a certificate drawn now."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = [name for each in DOMAINS for name in (each, f"*.{each}")]
        # A wildcard stands for one label.
        names += ["*.xethub.hf.co", "*.static.hf.space", "*.pkg.github.com"]
        built = (
            _builder("Slipway's sandbox", self.certificate.subject, key, _SERVED_DAYS)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False
            )
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()),
                critical=False,
            )
        )
        signed = built.sign(self.key, hashes.SHA256())
        served = home.folder / _SERVED
        home.write_private(served, _text(key) + _pem(signed) + self.pem)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(served)
        return context


def authority_of(home: Home) -> Authority:
    """The sandbox's, drawn when first asked for, and again for other domains than it has."""
    pem = home.kept(_FILE, _draw)
    found = _read(pem)
    if _domains(found.certificate) != set(DOMAINS):
        (home.folder / _FILE).unlink()
        found = _read(home.kept(_FILE, _draw))
    return found


def trusting_bundle(home: Home, bundle: Path | None) -> str:
    """The certificates of a bundle and the sandbox's, as PEM.

    Args:
        home: the sandbox.
        bundle: what is believed already; None or absent: nothing.
    """
    known = ""
    if bundle is not None and bundle.is_file():
        known = bundle.read_text(encoding="utf-8", errors="replace").rstrip() + "\n"
    return known + authority_of(home).pem


def _draw() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    permitted = [x509.DNSName(each) for each in DOMAINS]
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Slipway's sandbox, this one alone")])
    built = (
        _builder("Slipway's sandbox, this one alone", name, key, _AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .add_extension(_signs_certificates(), critical=True)
    )
    return _text(key) + _pem(built.sign(key, hashes.SHA256()))


def _signs_certificates() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _builder(
    subject: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, days: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _read(pem: str) -> Authority:
    key = serialization.load_pem_private_key(pem.encode(), None)
    return Authority(
        cast("ec.EllipticCurvePrivateKey", key), x509.load_pem_x509_certificate(pem.encode())
    )


def _domains(certificate: x509.Certificate) -> set[str]:
    found = certificate.extensions.get_extension_for_class(x509.NameConstraints).value
    return {each.value for each in found.permitted_subtrees or ()}


def _text(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
