"""YAML files that people edit: what they say, where each key stands, and faults that name the place.

Repeated keys are refused: YAML itself would keep the last one in silence. Faults never quote the
text, which may hold a secret.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

Key: TypeAlias = tuple[str, ...]


class ConfigError(Exception):
    """A configuration cannot be used. `faults` are lines, each with its place and remedy."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class YamlFile:
    """A file's mapping, and the line on which each key stands."""

    name: str
    data: dict[str, Any]
    lines: Mapping[Key, int] = field(default_factory=dict)

    def place(self, key: Key) -> str:
        """`FILE:LINE` of the key, or of the nearest one above it."""
        found = next((key[:length] for length in range(len(key), 0, -1) if key[:length] in self.lines), None)
        return self.name if found is None else f"{self.name}:{self.lines[found]}"


def read(path: Path, flag: str) -> YamlFile:
    """The mapping in `path`, which `flag` named; an empty file is an empty mapping. Raises ConfigError."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read ({error.strerror}); name the file with {flag}"]) from None
    except UnicodeDecodeError:
        raise ConfigError([f"{path}: is not UTF-8 text; save it as UTF-8"]) from None
    return parsed(path, text)


def parsed(path: Path, text: str) -> YamlFile:
    """As `read`, for the text of `path` that is already at hand."""
    lines: dict[Key, int] = {}
    try:
        twice = list(_walk(yaml.compose(text, _Loader), lines))
        data = yaml.load(text, _Loader)  # noqa: S506  # a safe loader
    except yaml.YAMLError as error:
        raise ConfigError([_syntax(path, error)]) from None
    except RecursionError:
        raise ConfigError(
            [f"{path}: is nested too deeply; keep it flat, without anchors that hold themselves"]
        ) from None
    if not isinstance(data, dict | None):
        raise ConfigError([f"{path}: must hold a mapping of keys to values"])
    if twice:
        faults = [f"{path}:{line}: {'.'.join(key)}: this key stands here twice; keep one" for key, line in twice]
        raise ConfigError(faults)
    return YamlFile(str(path), data or {}, lines)


class _Loader(yaml.SafeLoader):
    """What only looks like a number or a date (`2026-02-30`) stays the text that it is."""


def _or_text(construct: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def constructed(loader: yaml.SafeLoader, node: yaml.Node) -> Any:
        try:
            return construct(loader, node)
        except (ValueError, LookupError, AttributeError):  # PyYAML passes them on as they come
            return node.value

    return constructed


for _tag in ("int", "float", "bool", "timestamp"):
    _name = f"tag:yaml.org,2002:{_tag}"
    _Loader.add_constructor(_name, _or_text(yaml.SafeLoader.yaml_constructors[_name]))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown word: the nearest known one, or all of them."""
    names = sorted(known)
    close = difflib.get_close_matches(word, names, n=1)
    return f"; did you mean `{close[0]}`?" if close else f"; known: {', '.join(names)}" if names else ""


def key_of(location: Sequence[str | int]) -> Key:
    """pydantic's location of an error, as a key."""
    return tuple(str(part) for part in location if part != "[key]")


def _syntax(path: Path, error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    place = f"{path}:{mark.line + 1}" if mark else str(path)
    quotes_nothing = isinstance(error, yaml.scanner.ScannerError | yaml.parser.ParserError)
    problem = getattr(error, "problem", None) if quotes_nothing else None
    return f"{place}: not valid YAML ({problem or 'cannot be parsed'}); quote values with special characters"


def _walk(node: yaml.Node | None, lines: dict[Key, int], path: Key = ()) -> Iterator[tuple[Key, int]]:
    """Fills `lines`; yields the keys that stand there for the second time."""
    pairs: list[tuple[str, int, yaml.Node]] = []
    if isinstance(node, yaml.MappingNode):
        pairs = [(str(key.value), key.start_mark.line + 1, value) for key, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        pairs = [(str(number), value.start_mark.line + 1, value) for number, value in enumerate(node.value)]
    for name, line, value in pairs:
        here = (*path, name)
        if here in lines and name != "<<":
            yield here, line
        else:
            lines[here] = line
            yield from _walk(value, lines, here)
