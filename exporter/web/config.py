"""The web configuration file (`--web.config.file`), in exporter-toolkit's format.

    tls_server_config: {cert_file: server.crt, key_file: server.key}
    http_server_config: {headers: {Strict-Transport-Security: max-age=31536000}}
    basic_auth_users: {alice: "$2y$10$…"}

Like the toolkit, the file is looked at for every request and every new connection, and so are the
certificates: a change counts from then on. A change that is faulty is logged once and refused; what
was good before stays in force. Only whether there is TLS at all needs a restart.

Not offered, and refused with a message: `http2: true` (we speak HTTP/1.1), `rate_limit` (a scrape
only copies bytes), hashes that cost more than 2^15 rounds (each attempt to sign in would keep a
processor busy for seconds), and what `exporter.web.tls` lists.

Faults are lines that name file, key, what is wrong and what would be right. They hold no values of
secrets. This module knows the format; nothing of HTTP.
"""

from __future__ import annotations

import logging
import re
import ssl
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails

from exporter import yamlfile
from exporter.web.tls import RenewedContext, TlsError, TlsServer
from exporter.yamlfile import ConfigError, Key, did_you_mean, key_of

log = logging.getLogger(__name__)

HASH = re.compile(r"\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}")
MOST_ROUNDS = 15
HEADERS = {
    "Content-Security-Policy": (),
    "Strict-Transport-Security": (),
    "X-Content-Type-Options": ("nosniff",),
    "X-Frame-Options": ("deny", "sameorigin"),
    "X-XSS-Protection": (),
}
NOT_OFFERED = {
    "rate_limit": "is not offered, a scrape only copies bytes; remove it, or limit in a proxy",
    "tls_server_config.cert": "is not offered; write the certificate to a file and name it as `cert_file`",
    "tls_server_config.key": "is not offered; write the key to a file of its own and name it as `key_file`",
    "tls_server_config.client_ca": "is not offered; write the CA to a file and name it as `client_ca_file`",
}
WRONG_TYPES = {
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "dict_type": "must be a mapping, like {name: value}",
    "missing": "missing; TLS needs cert_file and key_file",
    "model_type": "must be a mapping, like {name: value}",
    "path_type": "must be the name of a file",
    "string_type": "must be text; quote it",
    "tuple_type": "must be a list, like [first, second]",
}


class HttpServer(BaseModel):
    """`http_server_config:`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    http2: Literal[False] = False
    headers: dict[str, str] = {}

    @field_validator("http2", mode="before")
    @classmethod
    def _one_dot_one(cls, value: object) -> object:
        if value is True:
            raise ValueError("HTTP/2 is not offered; remove the key or write false, clients then use HTTP/1.1")
        return value

    @field_validator("headers")
    @classmethod
    def _known(cls, headers: dict[str, str]) -> dict[str, str]:
        for name, value in headers.items():
            if name not in HEADERS:
                raise ValueError(f"the header {name!r} cannot be set here; one of {', '.join(HEADERS)}")
            if value and HEADERS[name] and value not in HEADERS[name]:
                raise ValueError(f"{name} must be {' or '.join(HEADERS[name])}")
            if not value.isprintable() or not value.isascii():
                raise ValueError(f"{name} must be printable ASCII in one line")
        return {name: value for name, value in headers.items() if value}


def _user(name: str) -> str:
    if not name or ":" in name:
        raise ValueError("a user's name must hold something, but no colon; rename the user")
    return name


def _hash(secret: SecretStr) -> SecretStr:
    match = HASH.fullmatch(secret.get_secret_value())
    if not match:
        raise ValueError("not a bcrypt hash; make one with `htpasswd -nBC 10 NAME` and quote it")
    if not 4 <= int(match[1]) <= MOST_ROUNDS:  # noqa: PLR2004  # bcrypt's own least
        raise ValueError(f"the hash's cost must be 4 to {MOST_ROUNDS}; 10 to 12 is usual")
    return secret


Users = dict[Annotated[str, AfterValidator(_user)], Annotated[SecretStr, AfterValidator(_hash)]]


class WebFile(BaseModel):
    """What the file says, checked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tls_server_config: TlsServer | None = None
    http_server_config: HttpServer = HttpServer()
    basic_auth_users: Users = {}

    @field_validator("tls_server_config", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return value or None

    @field_validator("http_server_config", "basic_auth_users", mode="before")
    @classmethod
    def _empty_is_default(cls, value: object) -> object:
        return {} if value is None else value

    @property
    def headers(self) -> Mapping[str, str]:
        return self.http_server_config.headers

    @property
    def users(self) -> Mapping[str, SecretStr]:
        return self.basic_auth_users


class WebConfig:
    """The web configuration as it is now. Without a path: no TLS, no users, no headers."""

    def __init__(self, path: Path | None = None) -> None:
        """Reads the file and makes sure that its certificates can be used. Raises ConfigError."""
        self._path = path
        self._seen: Hashable = _signature(path)
        self._file = WebFile() if path is None else read(path)
        self._tls_seen: Hashable = self._tls_signature()
        self._context = None if self._tls is None else _context(path, self._tls)
        self.tls = None if self._context is None else RenewedContext.of(self._today)
        """For the server's listener; renews itself. None: plain HTTP."""

    @property
    def _tls(self) -> TlsServer | None:
        return self._file.tls_server_config

    def current(self) -> WebFile:
        """What the file says now; what it said before when it is faulty now."""
        signature = _signature(self._path)
        if self._path is not None and signature != self._seen:
            self._seen = signature
            self._take(self._path)
        return self._file

    def _take(self, path: Path) -> None:
        try:
            self._file = self._checked(path)
        except ConfigError as error:
            log.error("web configuration refused, the one before stays in force: %s", error)  # noqa: TRY400  # no defect
        else:
            log.info("web configuration read anew: %s", path)

    def _checked(self, path: Path) -> WebFile:
        """The file as it is now, if this process can follow it."""
        file = read(path)
        if (file.tls_server_config is None) != (self._context is None):
            raise ConfigError([f"{path}: tls_server_config: TLS goes on or off only by a restart"])
        if file.tls_server_config is not None:
            _context(path, file.tls_server_config)
        return file

    def _tls_signature(self) -> Hashable:
        return self._tls, *map(_signature, self._tls.files() if self._tls else ())

    def _today(self) -> ssl.SSLContext:
        self.current()
        signature = self._tls_signature()
        if signature != self._tls_seen and self._tls is not None:
            self._tls_seen = signature
            try:
                self._context = _context(self._path, self._tls)
            except ConfigError as error:
                log.error("certificates refused, those before stay in use: %s", error)  # noqa: TRY400  # no defect
            else:
                log.info("certificates read anew")
        if self._context is None:
            raise RuntimeError("there is no TLS in this configuration")
        return self._context


def _signature(path: Path | None) -> Hashable:
    """Differs when the file is another one than before."""
    try:
        stat = path.stat() if path else None
    except OSError as error:
        return error.errno
    return (stat.st_mtime_ns, stat.st_size, stat.st_ino) if stat else None


def _context(path: Path | None, tls: TlsServer) -> ssl.SSLContext:
    try:
        return tls.context()
    except TlsError as error:
        raise ConfigError([f"{path}: tls_server_config.{error.key}: {error}"]) from None


def read(path: Path) -> WebFile:
    """What `path` says. Raises ConfigError with every fault of the file."""
    file = yamlfile.read(path, "--web.config.file")
    try:
        return WebFile.model_validate(file.data, context={"directory": path.parent})
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        raise ConfigError([f"{file.place(key_of(detail['loc']))}: {_fault(detail)}" for detail in details]) from None


def _fault(detail: ErrorDetails) -> str:
    """The key, what is wrong, and what would be right."""
    parts = key_of(detail["loc"])
    key = ".".join(parts) or "the file"
    if key in NOT_OFFERED:
        return f"{key}: {NOT_OFFERED[key]}"
    if detail["type"] == "extra_forbidden":
        return f"{key}: unknown key{_guess(parts)}"
    if detail["type"] == "literal_error":
        return f"{key}: unknown word; one of {detail['ctx']['expected']}"
    return f"{key}: {WRONG_TYPES.get(detail['type']) or detail['msg'].removeprefix('Value error, ')}"


def _guess(parts: Key) -> str:
    sections: dict[str, type[BaseModel]] = {"tls_server_config": TlsServer, "http_server_config": HttpServer}
    return did_you_mean(parts[-1], (sections[parts[0]] if len(parts) > 1 else WebFile).model_fields)
