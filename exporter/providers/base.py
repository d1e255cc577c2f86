"""The seam: what a provider is, and the small tools that each of them needs.

A provider is one frozen model that is both its configuration and its behaviour. `fetch` is thin: it
asks, and leaves the understanding to pure `parse_*` functions. It yields `Facts` step by step, each
complete in itself (one repository, whole), so that a poll that is cut keeps what it has.

Providers know HTTP, the facts and the errors; nothing of metrics, settings, SQL, or one another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from exporter.errors import BadPayload, SecretUnreadable
from exporter.http import Auth, Http, NoAuth, Tls, basic
from exporter.kpis.quantities import kind_of
from exporter.model import Component, Facts, Moment, Seconds

DAY = 86400.0
_MILLISECONDS_FROM = 1e11
"""As seconds this is the year 5138, as milliseconds it is 1973."""
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}


def parse_duration(value: object) -> object:
    """`90s`, `1h30m`, `35d`, or a number of seconds -> seconds (Prometheus' duration format)."""
    if not isinstance(value, str):
        return value
    parts = re.findall(r"(\d+)(ms|s|m|h|d|w)", value)
    if not parts or "".join(n + u for n, u in parts) != value:
        raise ValueError("not a duration; write it like 30s, 5m, 1h30m or 35d")
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


Duration = Annotated[float, BeforeValidator(parse_duration), Field(gt=0, allow_inf_nan=False)]

READINGS_KEPT = 365 * DAY
"""The `max_age` of a feed: each of its readings has a time of its own, which says how old it is."""


def _no_credentials(url: HttpUrl) -> HttpUrl:
    if url.username or url.password:
        raise ValueError("no user or password in an address; use `token` or `token_file`")
    return url


Url = Annotated[HttpUrl, AfterValidator(_no_credentials)]


class Capability(StrEnum):
    """What a provider can tell."""

    RUNS = "runs"
    REPOSITORIES = "repositories"
    CHANGES = "changes"
    PROBES = "probes"
    READINGS = "readings"


@dataclass(frozen=True, slots=True)
class Since:
    """What was known before this poll: the wall clock, and the provider's own marks."""

    now: Moment
    marks: Mapping[str, str] = field(default_factory=dict)

    def get(self, key: str) -> str | None:
        return self.marks.get(key)


class TlsOptions(BaseModel):
    """`tls:` of a source: a private CA, a client certificate (mutual TLS)."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    ca_file: Path | None = None
    """The CA that signed the server's certificate, PEM; the system's CAs otherwise."""
    cert_file: Path | None = None
    """The client certificate for mutual TLS, PEM; with `key_file`."""
    key_file: Path | None = None
    """The client certificate's key, PEM."""
    insecure_skip_verify: bool = False
    """Do not check the server's certificate. For tests alone."""

    @model_validator(mode="after")
    def _pair(self) -> TlsOptions:
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError("cert_file and key_file belong together; give both")
        return self

    def for_http(self) -> Tls:
        pair = (str(self.cert_file), str(self.key_file)) if self.cert_file and self.key_file else None
        return Tls(str(self.ca_file) if self.ca_file else None, pair, not self.insecure_skip_verify)


class Provider(BaseModel):
    """Base of all providers. Subclasses set `kind`, the class variables, and `fetch`."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    capabilities: ClassVar[frozenset[Capability]]
    vcs_provider_name: ClassVar[str] = ""
    """OpenTelemetry's `vcs.provider.name`; empty where the source is no git host."""

    kind: str
    """Which provider reads this source."""
    interval: Annotated[Duration, Field(ge=1, le=86400)] = 30.0
    """Time between two polls."""
    timeout: Annotated[Duration, Field(ge=0.1, le=3600)] = 20.0
    """Time that a whole poll may take; what was read until then is kept."""
    max_age: Duration | None = None
    """Age of the last success at which the facts are dropped; ten intervals, at least 5m, by default."""

    @property
    def stale_after(self) -> float:
        """Seconds after the last success when this source's series are dropped."""
        return max(300.0, 10 * self.interval) if self.max_age is None else self.max_age

    def components(self) -> tuple[Component, ...]:
        """The components that this source probes: not answering at all is an answer about them."""
        return ()

    def auth(self) -> Auth:
        """The credentials' bearer; lives as long as this configuration, across polls."""
        return NoAuth()

    def connect(self, deadline: float, auth: Auth) -> Http:
        """The way to the source for one poll."""
        return Http(deadline=deadline, auth=auth)

    def reaching(self, seconds: Seconds) -> Self:
        """This source with a history of that length, where it reads one."""
        return self.model_copy(update={"history": seconds}) if "history" in type(self).model_fields else self

    def fetch(self, http: Http, since: Since) -> Iterator[Facts]:
        """Yields what is new or true now. Raises SourceError when the poll cannot go on."""
        raise NotImplementedError(f"{type(self).__name__} has no fetch")


class WebProvider(Provider):
    """A provider that may be reached over HTTP: the credentials and TLS, without an address."""

    token: Annotated[SecretStr, Field(min_length=1)] | None = None
    """The secret that proves who we are."""
    token_file: Path | None = None
    """A file that holds it, read at every poll; not together with `token`."""
    tls: TlsOptions = TlsOptions()
    """A private CA, a client certificate."""

    @model_validator(mode="after")
    def _one_token(self) -> Self:
        if self.token is not None and self.token_file is not None:
            raise ValueError("give token or token_file, not both")
        return self

    def auth(self) -> Auth:
        return Bearer(self.token, self.token_file)

    def connect(self, deadline: float, auth: Auth) -> Http:
        return Http(deadline=deadline, auth=auth, tls=self.tls.for_http(), headers={"Accept": "application/json"})


class HttpProvider(WebProvider):
    """A provider whose source is reached over HTTP at `url`, with an optional token."""

    url: Url
    """The base address of its API."""

    @field_validator("url")
    @classmethod
    def _is_a_base(cls, url: HttpUrl) -> HttpUrl:
        if url.query or url.fragment:
            raise ValueError("not a base address; leave away what follows ? or #")
        return url

    def at(self, path: str) -> str:
        """`path` below the source's base address."""
        return str(self.url).rstrip("/") + "/" + path.lstrip("/")


@dataclass(frozen=True, slots=True)
class Bearer:
    """`Authorization: Bearer …` (or another header and scheme), the secret file read each time."""

    token: SecretStr | None
    token_file: Path | None
    header: str = "Authorization"
    scheme: str = "Bearer "

    def headers(self, http: Http) -> Mapping[str, str]:
        secret = secret_of(self.token, self.token_file)
        return {self.header: self.scheme + secret} if secret else {}

    def rejected(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Basic:
    """Basic authentication (RFC 7617): the secret, its file read each time, is the password; empty without one."""

    username: str
    token: SecretStr | None
    token_file: Path | None

    def headers(self, http: Http) -> Mapping[str, str]:
        return basic(self.username, secret_of(self.token, self.token_file) or "")

    def rejected(self) -> None:
        return None


def secret_of(token: SecretStr | None, token_file: Path | None) -> str | None:
    """The secret, as it was given or as its file holds it now; None without either."""
    return token.get_secret_value() if token else read_secret(token_file)


def read_secret(path: Path | None) -> str | None:
    """The secret in a file, without white space around it; None without a path."""
    if path is None:
        return None
    try:
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SecretUnreadable(f"cannot read the secret file {path}: {type(error).__name__}") from error
    if not secret or "\n" in secret:
        raise SecretUnreadable(f"the secret file {path} must hold one line")
    return secret


def parse_moment(value: object) -> object:
    """ISO 8601 with a zone -> Unix seconds. Moments before 2000 or after 2100 are refused."""
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError("not an ISO 8601 date") from None  # its own words quote the whole value
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        value = moment.timestamp()
    if isinstance(value, int | float) and not 946684800 <= value <= 4102444800:  # noqa: PLR2004  # as said
        raise ValueError("not a believable date (before 2000 or after 2100)")
    return value


When = Annotated[float, BeforeValidator(parse_moment)]
"""A moment in a payload: ISO 8601 text or Unix seconds."""


def moment_of(told: object, now: Moment) -> Moment:
    """When something was: ISO 8601 text (UTC without a zone, midnight without a time), Unix seconds or milliseconds.

    Raises ValueError, also for more than a day ahead of `now`: clocks and time zones differ by less.
    """
    if isinstance(told, int | float) and _MILLISECONDS_FROM < told < 1000 * _MILLISECONDS_FROM:
        told /= 1000
    at = parse_moment(told)
    if not isinstance(at, int | float):
        raise ValueError(f"found {kind_of(told)}, not a date")  # noqa: TRY004  # a fault of what was read
    if at > now + DAY:
        raise ValueError("lies in the future")
    return float(at)


class Payload(BaseModel):
    """Base of what upstreams answer: fields that we do not know are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


P = TypeVar("P", bound=BaseModel)


def parse(model: type[P], data: Any, where: str) -> P:
    """`data` as `model`; BadPayload names the place and the first thing that is wrong with it."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        path = ".".join(str(part)[:50] for part in first["loc"]) or "the answer"
        raise BadPayload(f"{where}: {path}: {first['msg'].removeprefix('Value error, ')}") from error
