"""The configuration: one YAML file, overridden by the environment. Every fault is one line.

    ORCHEX_KILO_SOURCES__GITHUB__TOKEN=…   overrides   sources: {github: {token: …}}

This module knows keys, defaults and messages. What a source can be is known to the providers alone.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, get_args

import yaml
from pydantic import AfterValidator, BaseModel, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from exporter import yamlfile
from exporter.evidence import EvidenceRules
from exporter.providers import AnyProvider
from exporter.providers.base import Provider
from exporter.settings import aims
from exporter.settings.migration import MigrationSettings, Teams
from exporter.settings.sections import LedgerSettings, SeriesLimits, UptimeSettings, WebSettings
from exporter.yamlfile import ConfigError, Key, YamlFile, did_you_mean, key_of

ENV_PREFIX = "ORCHEX_KILO_"


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
    kpis: aims.Kpis = Field(default_factory=dict)
    migration: MigrationSettings | None = None
    teams: Teams = Field(default_factory=dict)
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
    model: type[BaseModel] | None = Settings
    for part in detail["loc"][:-1]:
        if isinstance(part, str) and part in _kinds():
            model = _kinds()[part]
        elif model is not None and part in model.model_fields:
            model = _section_in(model.model_fields[part].annotation)
    return list(model.model_fields) if model else []


def _section_in(annotation: Any) -> type[BaseModel] | None:
    """The section that a field holds: itself, or the values of its mapping."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = map(_section_in, reversed(get_args(annotation)))
    return next((section for section in inner if section), None)


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
