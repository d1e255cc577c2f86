"""The part of JSON Schema that the status document's schema uses: what in a value breaks a rule."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

KINDS: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": int | float,
    "boolean": bool,
    "null": type(None),
}


def faults(value: Any, rule: Any, whole: Any, place: str = "$") -> Iterator[str]:
    """Each fault with its place; `whole` holds the definitions that `rule` refers to."""
    if "$ref" in rule:
        yield from faults(value, whole["$defs"][rule["$ref"].removeprefix("#/$defs/")], whole, place)
    elif "anyOf" in rule:
        if all(any(faults(value, each, whole)) for each in rule["anyOf"]):
            yield f"{place}: fits none of {rule['anyOf']}"
    elif "const" in rule:
        if value != rule["const"]:
            yield f"{place}: {value!r} is not {rule['const']!r}"
    elif not isinstance(value, KINDS[rule["type"]]) or (isinstance(value, bool) and rule["type"] != "boolean"):
        yield f"{place}: not {rule['type']}"
    else:
        yield from _within(value, rule, whole, place)


def _within(value: Any, rule: Any, whole: Any, place: str) -> Iterator[str]:
    if "enum" in rule and value not in rule["enum"]:
        yield f"{place}: {value!r} is not one of {rule['enum']}"
    if rule.get("format") == "date-time" and not _is_moment(value):
        yield f"{place}: no moment in UTC"
    if rule["type"] == "array":
        for number, item in enumerate(value):
            yield from faults(item, rule["items"], whole, f"{place}.{number}")
    if rule["type"] == "object":
        yield from (f"{place}: {name} is missing" for name in rule.get("required", ()) if name not in value)
        rules = rule.get("properties", {})
        others = rule.get("additionalProperties", True)
        for name, item in value.items():
            if name in rules or others is not True:
                yield from faults(item, rules.get(name, others), whole, f"{place}.{name}")


def _is_moment(text: str) -> bool:
    try:
        return text.endswith("Z") and datetime.fromisoformat(text).tzinfo is UTC
    except ValueError:
        return False
