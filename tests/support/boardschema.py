"""Grafana's schema of a dashboard as strict models: what the classes of its own SDK say of their attributes.

The SDK writes whatever it is given. Here a key that it does not know, a value of another type and a word that is in
none of its enums are faults, in the options and fields of every kind of panel too.
"""

import inspect
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from types import NoneType
from typing import Annotated, Any, Literal, Optional, TypeAlias, Union, get_args, get_origin, get_type_hints

from grafana_foundation_sdk.cog import variants
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.cog.runtime import PanelCfgConfig, Runtime
from grafana_foundation_sdk.models import dashboard, prometheus
from pydantic import BaseModel, ConfigDict, Discriminator, Field, ValidationError, create_model

from tests.support.grafana import Data

STRICT = ConfigDict(extra="forbid", strict=True)
Type: TypeAlias = Any
"""What pydantic takes for one: a class, or something of `typing`."""
TOO_NEW = "placement"
"""Links and annotations in a menu: only the newest Grafana knows that."""


class DataLink(BaseModel):
    """A link of a value. The SDK takes it for one of a board, which has other keys."""

    model_config = STRICT
    title: str
    url: str
    target_blank: bool = Field(default=False, alias="targetBlank")


@dataclass(frozen=True)
class Attribute:
    """Of a class of the SDK, and how its JSON has it."""

    name: str
    key: str
    type: Type
    always: bool
    """Whether it is always written; if it is, and may be None, then as null."""


def faults(board: Data) -> list[str]:
    """What does not fit the schema, each with its place."""
    try:
        schema().model_validate_json(json.dumps(board))
    except ValidationError as found:
        return [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in found.errors()]
    return []


def lost(board: Data) -> list[str]:
    """What is not there any more when the SDK has read the board and written it again."""
    register_default_plugins()
    again = json.loads(json.dumps(dashboard.Dashboard.from_json(board), cls=JSONEncoder))
    return list(_missing(board, again, "board"))


@cache
def schema() -> type[BaseModel]:
    """A dashboard, with panels of any kind that the SDK knows."""
    register_default_plugins()
    of_kinds = [_of_panel(kind, config) for kind, config in Runtime().panelcfg_variants.items()]
    folded = list[_told_by("its_type_val", of_kinds)]
    row = _Models({(dashboard.RowPanel, "panels"): folded}).of(dashboard.RowPanel)
    return _Models(
        {
            (dashboard.Dashboard, "panels"): list[_told_by("its_type_val", [row, *of_kinds])],
            (dashboard.Dashboard, "snapshot"): None,
        }
    ).of(dashboard.Dashboard)


def _of_panel(kind: str, config: PanelCfgConfig) -> type[BaseModel]:
    """A panel with its own options and fields, also where those differ for a column."""
    options = PLAIN.of(_read_by(config.options_from_json_hook))
    custom = _read_by(config.field_config_from_json_hook)
    links = list[DataLink]
    known = {(dashboard.FieldConfig, "custom"): custom and PLAIN.of(custom), (dashboard.FieldConfig, "links"): links}
    values = {key: type_ for key, type_ in _Models(known).fields(dashboard.FieldConfig) if key != "custom"}
    values |= {f"custom.{key}": type_ for key, type_ in PLAIN.fields(custom)} if custom else {}
    differing = [
        create_model(f"Differing {key}", __config__=STRICT, id=(Literal[key], ...), value=(type_, ...))
        for key, type_ in values.items()
    ]
    return _Models(
        {
            **known,
            (dashboard.Panel, "type_val"): Literal[kind],
            (dashboard.Panel, "options"): options,
            (dashboard.DashboardFieldConfigSourceOverrides, "properties"): list[_told_by("id", differing)],
        }
    ).of(dashboard.Panel)


def _read_by(hook: Any) -> type | None:
    """The class whose method a hook is."""
    return hook.__self__ if hook else None


def _told_by(name: str, models: list[type[BaseModel]]) -> Type:
    """One of these, whichever the field of this name says."""
    return Annotated[Union[*models], Discriminator(name)]


class _Models:
    """Models of classes of the SDK; `instead` of an attribute's type another one, or None for an attribute left out."""

    def __init__(self, instead: Mapping[tuple[type, str], Type]) -> None:
        self._instead = instead
        self._made: dict[type, type[BaseModel]] = {}

    def of(self, cls: type) -> type[BaseModel]:
        if self._instead and not any(replaced in _parts(cls) for replaced, _ in self._instead):
            return PLAIN.of(cls)
        if cls not in self._made:
            fields: dict[str, Any] = {}
            for each in _attributes(cls):
                type_ = self._type_of(cls, each)
                if type_ is not None:
                    # A name of its own, since some are methods of every model.
                    default = Field(alias=each.key) if each.always else Field(default=None, alias=each.key)
                    fields[f"its_{each.name}"] = (type_, default)
            self._made[cls] = create_model(cls.__name__, __config__=STRICT, **fields)
        return self._made[cls]

    def fields(self, cls: type) -> Iterator[tuple[str, Type]]:
        """Keys and what they may hold."""
        found = ((each.key, self._type_of(cls, each)) for each in _attributes(cls))
        return ((key, type_) for key, type_ in found if type_ is not None)

    def _type_of(self, cls: type, attribute: Attribute) -> Type | None:
        if (cls, attribute.name) in self._instead:
            return self._instead[cls, attribute.name]
        within = [each for each in get_args(attribute.type) if each is not NoneType]
        if len(within) == len(get_args(attribute.type)):
            return self._type(attribute.type)
        type_ = self._type(Union[*within])
        return Optional[type_] if attribute.always else type_  # noqa: UP045 — it is made, not written

    def _type(self, type_: Type) -> Type:
        origin, within = get_origin(type_), get_args(type_)
        if origin is Literal:
            return type_
        if origin is not None:
            return (Union if origin is Union else origin)[*map(self._type, within)]
        if type_ is object:
            return Any
        if type_ is variants.Dataquery:
            return self.of(prometheus.Dataquery)
        return self.of(type_) if _of_the_sdk(type_) else type_


PLAIN = _Models({})
"""Of all that is the same in panels of every kind."""


@cache
def _parts(cls: type) -> set[type]:
    """The class, and those of its attributes, and so on."""
    found: set[type] = set()
    waiting = [cls]
    while waiting:
        type_ = waiting.pop()
        waiting += get_args(type_)
        if isinstance(type_, type) and _of_the_sdk(type_) and type_ not in found:
            found.add(type_)
            waiting += [each.type for each in _attributes(type_)]
    return found


def _of_the_sdk(type_: type) -> bool:
    return type_.__module__.startswith(dashboard.__package__) and not issubclass(type_, Enum)


@cache
def _attributes(cls: type) -> list[Attribute]:
    return list(_read(cls))


def _read(cls: type) -> Iterator[Attribute]:
    """What is not given when one is made, is the same for all: the JSON has this word alone."""
    hints = get_type_hints(cls)
    given = inspect.signature(cls).parameters
    always = set(_written(cls, dict.fromkeys(hints)))
    keys = {name: key for key, name in _written(cls, {name: name for name in hints}).items()}
    for name, hint in hints.items():
        if name in given:
            yield Attribute(name, keys[name], hint, keys[name] in always)
        elif keys[name] != TOO_NEW:
            yield Attribute(name, keys[name], Literal[str(getattr(cls(), name))], keys[name] in always)


def _written(cls: type, values: Mapping[str, Any]) -> Data:
    """The JSON of one whose attributes have these values."""
    one = object.__new__(cls)
    for name, value in values.items():
        setattr(one, name, value)
    return one.to_json()


def _missing(had: Any, has: Any, place: str) -> Iterator[str]:
    """The SDK may add its defaults."""
    if isinstance(had, dict) and isinstance(has, dict):
        for key, value in had.items():
            yield from _missing(value, has.get(key, "nothing"), f"{place}.{key}")
    elif isinstance(had, list) and isinstance(has, list) and len(had) == len(has):
        for number, (one, other) in enumerate(zip(had, has, strict=True)):
            yield from _missing(one, other, f"{place}.{number}")
    elif (type(had), had) != (type(has), has):
        yield f"{place}: {had!r} became {has!r}"
