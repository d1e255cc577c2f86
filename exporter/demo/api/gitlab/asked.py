"""What a request asks for by its query, checked as GitLab checks it. Wrong values are refused by name."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from starlette.datastructures import QueryParams

from exporter.demo.api.answers import Refused

TRUE, FALSE = frozenset({"true", "1", "t", "on", "yes"}), frozenset({"false", "0", "f", "off", "no"})


class BadParameter(Refused):
    """A parameter that is missing or not of its kind: it is answered under `error`, not under `message`."""

    def __init__(self, problem: str) -> None:
        super().__init__(400, problem)


class Asked:
    """The query of one request. An empty value counts as none."""

    def __init__(self, query: QueryParams) -> None:
        self.query = query

    def text(self, name: str) -> str | None:
        return self.query.get(name) or None

    def required(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            raise BadParameter(f"{name} is empty" if name in self.query else f"{name} is missing, {name} is empty")
        return value

    def word(self, name: str, allowed: Collection[str], usual: str = "") -> str:
        """One of the allowed words, or the usual one."""
        value = self.text(name)
        if value is not None and value not in allowed:
            raise BadParameter(f"{name} does not have a valid value")
        return value or usual

    def words(self, name: str, allowed: Collection[str]) -> frozenset[str]:
        """An array, `name[]=a&name[]=b`, or a single `name=a`."""
        values = frozenset((*self.query.getlist(f"{name}[]"), *self.query.getlist(name)))
        if not values <= frozenset(allowed):
            raise BadParameter(f"{name} does not have a valid value")
        return values

    def numbers(self, name: str) -> frozenset[int]:
        return frozenset(_number(name, value) for value in self.query.getlist(f"{name}[]"))

    def number(self, name: str, usual: int) -> int:
        value = self.text(name)
        return usual if value is None else _number(name, value)

    def flag(self, name: str) -> bool | None:
        value = self.text(name)
        if value is None:
            return None
        if value.lower() not in TRUE | FALSE:
            raise BadParameter(f"{name} is invalid")
        return value.lower() in TRUE

    def moment(self, name: str) -> float | None:
        """A date, or a date with time, in ISO 8601 -> Unix seconds."""
        value = self.text(name)
        if value is None:
            return None
        try:
            moment = datetime.fromisoformat(value)
        except ValueError as error:
            raise BadParameter(f"{name} is invalid") from error
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()

    def within(self, name: str, moment: float) -> bool:
        """Whether a moment fits `name_after` and `name_before`, both included."""
        after, before = self.moment(f"{name}_after"), self.moment(f"{name}_before")
        return (after is None or moment >= after) and (before is None or moment <= before)


def _number(name: str, value: str) -> int:
    if not value.removeprefix("-").isdecimal():
        raise BadParameter(f"{name} is invalid")
    return int(value)
