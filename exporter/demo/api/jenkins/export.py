"""How an object becomes JSON: the properties that its Java class exports, as far as they are asked for.

It knows neither jobs nor builds. As stapler does, a class shows its parents' properties first, each class's own by
name, and says its name (`_class`) wherever a reader could not tell it from the property alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from exporter.demo.api.jenkins.tree import Pruner

ALWAYS = 999
"""The visibility of what is shown at every depth."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A property. `declared` is the class that its type promises: a value of just that class does not say its name."""

    name: str
    get: Callable[[Any], Any]
    visibility: int = 1
    inline: bool = False
    declared: str = ""


class Model:
    """A Java class. What it exports anew hides what its parent exports by that name."""

    def __init__(self, name: str, properties: Iterable[Exported] = (), parent: Model | None = None) -> None:
        own = sorted(properties, key=lambda each: each.name)
        hidden = {each.name for each in own}
        inherited = [each for each in parent.properties if each.name not in hidden] if parent else []
        self.name = name
        self.properties: tuple[Exported, ...] = (*inherited, *own)

    def child(self, name: str) -> Model:
        """A class that exports nothing more."""
        return Model(name, (), self)


class Bean:
    """An object that is shown as its class has it. Its properties are read only when they are asked for."""

    @property
    def model(self) -> Model:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Plain(Bean):
    """A small object whose values are there already. Its class's properties come from `plain`."""

    kind: Model
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def model(self) -> Model:
        return self.kind


def read(attribute: str, name: str = "", visibility: int = 1, declared: str = "") -> Exported:
    """A property that is an attribute, by its own name unless Jenkins calls it otherwise."""
    return Exported(name or attribute, attrgetter(attribute), visibility, declared=declared)


def fixed(name: str, value: Any, visibility: int = 1) -> Exported:
    """A property that is the same for all objects."""
    return Exported(name, lambda _: value, visibility)


def plain(*names: str, visibility: int = 1, declared: str = "") -> tuple[Exported, ...]:
    """Properties of a Plain."""
    return tuple(Exported(name, _of_values(name), visibility, declared=declared) for name in names)


def _of_values(name: str) -> Callable[[Plain], Any]:
    return lambda shown: shown.values[name]


def shown(bean: Bean, pruner: Pruner) -> dict[str, Any]:
    """A page's own object, which always says its class."""
    return {"_class": bean.model.name, **_properties(bean, pruner)}


def _properties(bean: Bean, pruner: Pruner) -> dict[str, Any]:
    """The properties in their order, as far as they are asked for."""
    made: dict[str, Any] = {}
    for each in bean.model.properties:
        below = pruner.below(each)
        if below is not None:
            made[each.name] = _value(each.get(bean), below, each.declared)
    return made


def _value(value: Any, pruner: Pruner, declared: str) -> Any:
    if isinstance(value, Bean):
        named = {} if value.model.name == declared else {"_class": value.model.name}
        return {**named, **_properties(value, pruner)}
    if isinstance(value, Mapping):
        return {key: _value(each, pruner, "") for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_value(each, pruner, declared) for each in pruner.part(value)]
    return value
