"""The configuration: one YAML file, overridden by the environment. Every fault is one line.

    ORCHEX_KILO_SOURCES__GITHUB__TOKEN=…   overrides   sources: {github: {token: …}}

This module knows keys, defaults and messages. What a source can be is known to the providers alone.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from exporter import yamlfile
from exporter.evidence import EvidenceRules
from exporter.ledger.address import masked
from exporter.model import Component
from exporter.providers import AnyProvider
from exporter.providers.base import Duration, Provider
from exporter.yamlfile import ConfigError, Key, YamlFile, did_you_mean, key_of

ENV_PREFIX = "ORCHEX_KILO_"
DEFAULT_LISTEN_ADDRESS = ":9847"


class Section(BaseModel):
    """Base of the sections: frozen, and a key that we do not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, use_attribute_docstrings=True)


class WebSettings(Section):
    """`web:`, where the exporter is reached."""

    listen_address: str = DEFAULT_LISTEN_ADDRESS
    """Where to listen, HOST:PORT; without a host, on every address."""
    enable_lifecycle: bool = False
    """Allow `POST /-/reload`."""


class LedgerSettings(Section):
    """`ledger:`, the exporter's memory: an SQLAlchemy address, and how long raw facts are kept."""

    url: Annotated[str, PlainSerializer(masked), Field(repr=False)] = "sqlite:///ledger.db"
    """`sqlite:///FILE`, or `postgresql://USER:PASSWORD@HOST/DATABASE`."""
    retention: Annotated[Duration, Field(ge=86400)] = 35 * 86400.0
    """How long single runs, changes and probes are kept; totals are kept for ever."""


class SeriesLimits(Section):
    """`series:`, caps that protect Prometheus; what is cut is counted."""

    pipelines: bool = False
    """Publish each repository's runs by pipeline too: some six series a pipeline more."""
    per_repository: Annotated[int, Field(ge=1)] = 25
    """The most series of one repository."""
    per_source: Annotated[int, Field(ge=100)] = 250_000
    """The most series of one source."""
    total: Annotated[int, Field(ge=100)] = 500_000
    """The most series of all."""


class UptimeSettings(Section):
    """`uptime:`, the components that must all be healthy; the documented four by default."""

    required_components: Annotated[frozenset[Component], Field(min_length=1)] = frozenset(Component)
    """Some of `orchex kilo k2a a2k`. One that no source reports leaves the uptime unknown."""


def _source_name(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ValueError("a source's name must be lower-case letters, digits and _, beginning with a letter")
    return name


SourceName = Annotated[str, AfterValidator(_source_name)]


class Settings(BaseSettings):
    """The whole configuration, merged and checked."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=ENV_PREFIX, env_nested_delimiter="__", validate_default=True
    )

    web: WebSettings = WebSettings()
    ledger: LedgerSettings = LedgerSettings()
    series: SeriesLimits = SeriesLimits()
    uptime: UptimeSettings = UptimeSettings()
    evidence: EvidenceRules = EvidenceRules()
    sources: Annotated[dict[SourceName, AnyProvider], Field(min_length=1)]

    @model_validator(mode="before")
    @classmethod
    def _shared_evidence(cls, data: Any) -> Any:
        """The organisation's `evidence:` holds for every git host that has none of its own."""
        if isinstance(data, dict) and "evidence" in data and isinstance(data.get("sources"), dict):
            hosts = {name: source for name, source in data["sources"].items() if _is_host(source)}
            shared = {name: {"evidence": data["evidence"], **source} for name, source in hosts.items()}
            return {**data, "sources": {**data["sources"], **shared}}
        return data

    def effective(self) -> str:
        """The configuration as YAML, secrets masked."""
        return yaml.safe_dump(self.model_dump(mode="json", exclude_none=True), sort_keys=False, allow_unicode=True)


def _is_host(source: Any) -> bool:
    kinds = {kind for kind, model in _kinds().items() if "evidence" in model.model_fields}
    return isinstance(source, dict) and source.get("kind") in kinds


def _kinds() -> dict[str, type[Provider]]:
    """The provider models by their kind, read from the union."""
    field = Settings.model_fields["sources"].annotation
    union = field.__args__[1]  # type: ignore[union-attr]  # dict[SourceName, AnyProvider]
    members = getattr(getattr(union, "__origin__", union), "__args__", (union,))
    return {model.model_fields["kind"].annotation.__args__[0]: model for model in members}


def load(path: Path) -> Settings:
    """The settings in `path` and the environment. Raises ConfigError with every fault that it found."""
    return _settings(yamlfile.read(path, "--config.file"))


def from_data(data: dict[str, Any]) -> Settings:
    """As `load`, for a configuration that is already at hand."""
    return _settings(YamlFile("configuration", data))


def _settings(document: YamlFile) -> Settings:
    class Loaded(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # pydantic-settings passes it by name
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # as above
            file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # as above
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return env_settings, InitSettingsSource(settings_cls, document.data)

    Loaded.__name__ = Settings.__name__
    faults = list(_unknown_variables())
    try:
        settings = Loaded()
    except ValidationError as error:
        details = error.errors(include_url=False)
        raise ConfigError(faults + [_fault(document, detail) for detail in details]) from None
    faults += _missing_files(document, settings)
    if faults:
        raise ConfigError(faults)
    return settings


def _unknown_variables() -> Iterator[str]:
    """Prefixed variables that no setting reads: pydantic-settings passes over them in silence."""
    for name in sorted(os.environ):
        if name.upper().startswith(ENV_PREFIX):
            first = name[len(ENV_PREFIX) :].lower().split("__")[0]
            if first not in Settings.model_fields:
                yield f"environment {name}: no such setting{did_you_mean(first, Settings.model_fields)}"


def _fault(document: YamlFile, detail: ErrorDetails) -> str:
    """One line: the place, the key, what is wrong, and what would be right."""
    path = key_of(detail["loc"])
    if len(path) > 2 and path[0] == "sources" and path[2] in _kinds():  # noqa: PLR2004  # sources, name, kind
        path = path[:2] + path[3:]
    return f"{_place(document, path)}: {'.'.join(path) or 'configuration'}: {_problem(path, detail)}"


def _place(document: YamlFile, path: Key) -> str:
    variable = ENV_PREFIX + "__".join(path).upper()
    if any(name.upper() == variable for name in os.environ):
        return f"environment {variable}"
    return document.place(path)


def _problem(path: Key, detail: ErrorDetails) -> str:
    kind = detail["type"]
    if kind == "extra_forbidden":
        return f"unknown key{did_you_mean(path[-1], _known_keys(detail))}"
    if kind == "missing":
        return "missing; give it a value"
    if kind == "union_tag_not_found":
        return f"missing `kind`; one of {', '.join(sorted(_kinds()))}"
    if kind == "union_tag_invalid":
        return f"unknown kind {detail['ctx']['tag']!r}; one of {', '.join(sorted(_kinds()))}"
    message = detail["msg"].removeprefix("Value error, ")
    shown = isinstance(detail["input"], str | int | float | bool) and not _secret(path)
    return f"{message[:1].lower()}{message[1:]}" + (f" (found {detail['input']!r})" if shown else "")


def _secret(path: Key) -> bool:
    return bool(re.search(r"token|password|secret|key|url|command", path[-1] if path else ""))


def _known_keys(detail: ErrorDetails) -> list[str]:
    """The keys of the section in which an unknown one was found."""
    model: Any = Settings
    for part in detail["loc"][:-1]:
        if isinstance(part, str) and part in _kinds():
            model = _kinds()[part]
        elif part in getattr(model, "model_fields", {}):
            model = model.model_fields[part].annotation
    return list(getattr(model, "model_fields", {}))


def _missing_files(document: YamlFile, settings: Settings) -> list[str]:
    """Secret and certificate files that cannot be read now."""
    faults = []
    for path, file in _files(settings.sources, ("sources",)):
        try:
            with file.open("rb"):
                pass
        except OSError as error:
            problem = f"the file {file} cannot be read ({error.strerror}); create it or correct the path"
            faults.append(f"{_place(document, path)}: {'.'.join(path)}: {problem}")
    return faults


def _files(value: Any, path: Key) -> Iterator[tuple[tuple[str, ...], Path]]:
    if isinstance(value, Path):
        yield path, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _files(getattr(value, name), (*path, name))
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _files(item, (*path, name))
