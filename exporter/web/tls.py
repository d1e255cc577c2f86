"""TLS of our own server: the file's words as an `ssl.SSLContext`, renewed when a certificate changes.

The words are Go's, as exporter-toolkit has them. What Python's `ssl` cannot do is refused, never
passed over in silence:

- `RequestClientCert` and `RequireAnyClientCert`: OpenSSL verifies every certificate that it asks for.
- `min_version` or `max_version` below TLS12: OpenSSL's security level takes no older handshake.
- more than one entry in `curve_preferences`: Python sets one curve.
- TLS 1.3 names in `cipher_suites`: those suites are always on (in Go, too, the list does not govern them).
- `cert`, `key` and `client_ca` in the file itself: a private key is read from a file of its own.
- client certificates without `client_ca_file`: Go would trust every public CA.

This module knows `ssl` and files; nothing of HTTP or users.
"""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationInfo, field_validator, model_validator

VERSIONS = {"TLS12": ssl.TLSVersion.TLSv1_2, "TLS13": ssl.TLSVersion.TLSv1_3}
CURVES = {"CurveP256": "prime256v1", "CurveP384": "secp384r1", "CurveP521": "secp521r1", "X25519": "X25519"}
CIPHERS = {
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA": "ECDHE-ECDSA-AES128-SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA": "ECDHE-ECDSA-AES256-SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA": "ECDHE-RSA-AES128-SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA": "ECDHE-RSA-AES256-SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256": "ECDHE-ECDSA-AES128-GCM-SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384": "ECDHE-ECDSA-AES256-GCM-SHA384",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256": "ECDHE-RSA-AES128-GCM-SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384": "ECDHE-RSA-AES256-GCM-SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256": "ECDHE-RSA-CHACHA20-POLY1305",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256": "ECDHE-ECDSA-CHACHA20-POLY1305",
}
TLS13_SUITES = ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256")
VERIFY = {
    "NoClientCert": ssl.CERT_NONE,
    "VerifyClientCertIfGiven": ssl.CERT_OPTIONAL,
    "RequireAndVerifyClientCert": ssl.CERT_REQUIRED,
}
UNVERIFIED = ("RequestClientCert", "RequireAnyClientCert", "RequireClientCert")


class TlsError(Exception):
    """The files cannot serve TLS. `key` is the setting at fault; the message says what and the remedy."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


def _beside(value: object, info: ValidationInfo) -> object:
    """A relative path is relative to the file that names it."""
    directory = (info.context or {}).get("directory", Path())
    return Path(directory, value) if isinstance(value, str) and value else value


File = Annotated[Path, BeforeValidator(_beside)]


class TlsServer(BaseModel):
    """`tls_server_config:`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cert_file: File
    key_file: File
    client_auth_type: Literal["NoClientCert", "VerifyClientCertIfGiven", "RequireAndVerifyClientCert"] = "NoClientCert"
    client_ca_file: File | None = None
    client_allowed_sans: tuple[str, ...] = ()
    min_version: Literal["TLS12", "TLS13"] = "TLS12"
    max_version: Literal["TLS12", "TLS13"] = "TLS13"
    cipher_suites: tuple[str, ...] = ()
    prefer_server_cipher_suites: bool = True
    curve_preferences: tuple[str, ...] = ()

    @field_validator("client_auth_type", mode="before")
    @classmethod
    def _verified(cls, value: object) -> object:
        if value in UNVERIFIED:
            raise ValueError(f"{value} is not offered, an unverified certificate proves nothing; {_choice(VERIFY)}")
        return value or "NoClientCert"

    @field_validator("min_version", "max_version", mode="before")
    @classmethod
    def _modern(cls, value: object) -> object:
        if value in ("TLS10", "TLS11"):
            raise ValueError(f"{value} is not offered, OpenSSL takes no handshake that old; {_choice(VERSIONS)}")
        return value

    @field_validator("cipher_suites")
    @classmethod
    def _known_suites(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name in TLS13_SUITES:
                raise ValueError(f"{name} belongs to TLS 1.3, whose suites are always on; remove it from the list")
            if name not in CIPHERS:
                raise ValueError(f"unknown or insecure suite {name!r}; {_choice(CIPHERS)}")
        return names

    @field_validator("curve_preferences")
    @classmethod
    def _one_curve(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in CURVES:
                raise ValueError(f"unknown curve {name!r}; {_choice(CURVES)}")
        if len(names) > 1:
            raise ValueError("Python's ssl takes one curve; leave one, or remove the key to allow all")
        return names

    @model_validator(mode="after")
    def _together(self) -> TlsServer:
        if self.min_version > self.max_version:
            raise ValueError("min_version is above max_version; swap them")
        if self.client_auth_type == "NoClientCert" and self.client_ca_file:
            raise ValueError("client_ca_file without client_auth_type verifies nobody; add RequireAndVerifyClientCert")
        if self.client_auth_type != "NoClientCert" and not self.client_ca_file:
            raise ValueError(f"{self.client_auth_type} needs client_ca_file, the CA that signs your clients")
        if self.client_allowed_sans and self.client_auth_type != "RequireAndVerifyClientCert":
            raise ValueError("client_allowed_sans needs client_auth_type: RequireAndVerifyClientCert")
        return self

    def files(self) -> tuple[Path, ...]:
        """What the context is made of: when one of them changes, it is made anew."""
        return tuple(file for file in (self.cert_file, self.key_file, self.client_ca_file) if file)

    def context(self) -> ssl.SSLContext:
        """A new context from the files as they are now. Raises TlsError."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version, context.maximum_version = VERSIONS[self.min_version], VERSIONS[self.max_version]
        context.set_alpn_protocols(["http/1.1"])
        self._load_pair(context)
        self._choose_algorithms(context)
        self._verify_clients(context)
        return context

    def _load_pair(self, context: ssl.SSLContext) -> None:
        _readable("cert_file", self.cert_file)
        _readable("key_file", self.key_file)
        try:
            context.load_cert_chain(self.cert_file, self.key_file, password=_no_passphrase)
        except ssl.SSLError as error:
            raise TlsError(
                "cert_file",
                f"{self.cert_file} and {self.key_file} are no PEM certificate with its key ({error.reason})",
            ) from None

    def _choose_algorithms(self, context: ssl.SSLContext) -> None:
        if self.cipher_suites:
            context.set_ciphers(":".join(CIPHERS[name] for name in self.cipher_suites))
        if self.curve_preferences:
            self._choose_curve(context, self.curve_preferences[0])
        if self.prefer_server_cipher_suites:
            context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE
        else:
            context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE

    def _choose_curve(self, context: ssl.SSLContext, curve: str) -> None:
        """Debian 12's Python cannot be told to use X25519 alone; an OpenSSL may lack a curve altogether."""
        try:
            context.set_ecdh_curve(CURVES[curve])
        except (ssl.SSLError, ValueError):
            remedy = "choose CurveP256, or remove the key to allow all"
            raise TlsError("curve_preferences", f"this Python cannot use {curve} alone; {remedy}") from None

    def _verify_clients(self, context: ssl.SSLContext) -> None:
        context.verify_mode = VERIFY[self.client_auth_type]
        if self.client_ca_file:
            _readable("client_ca_file", self.client_ca_file)
            try:
                context.load_verify_locations(self.client_ca_file)
            except ssl.SSLError as error:
                raise TlsError(
                    "client_ca_file", f"{self.client_ca_file} holds no PEM certificate ({error.reason})"
                ) from None
        if self.client_allowed_sans:
            context.sslobject_class = _only(frozenset(self.client_allowed_sans))


def _choice(names: Iterable[str]) -> str:
    return "one of " + ", ".join(names)


def _readable(key: str, path: Path) -> None:
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        raise TlsError(key, f"{path} cannot be read ({error.strerror}); create it or correct the path") from None


def _no_passphrase() -> str:
    """OpenSSL would ask at the terminal; nobody sits there."""
    raise TlsError("key_file", "the private key has a passphrase; give one without")


def _only(allowed: frozenset[str]) -> type[ssl.SSLObject]:
    """Ends the handshake of clients whose certificate has none of the `allowed` alternative names."""

    class Checked(ssl.SSLObject):
        def do_handshake(self) -> None:
            super().do_handshake()
            if allowed.isdisjoint(_names(self.getpeercert() or {})):
                raise ssl.SSLCertVerificationError("the client's certificate has no allowed subject alternative name")

    return Checked


def _names(certificate: Mapping[str, Any]) -> Iterator[str]:
    for kind, value in certificate.get("subjectAltName", ()):
        yield str(ipaddress.ip_address(value)) if kind == "IP Address" else value


class RenewedContext(ssl.SSLContext):
    """Asks for the context of the day at each new connection; what is open stays as it is."""

    _today: Callable[[], ssl.SSLContext]

    @classmethod
    def of(cls, today: Callable[[], ssl.SSLContext]) -> RenewedContext:
        context = cls(ssl.PROTOCOL_TLS_SERVER)
        context._today = today
        return context

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        return self._today().wrap_bio(*args, **kwargs)
