"""A feed: any JSON over HTTP, in which JMESPath expressions find readings of named quantities.

Knows how a value, its time and its coverage are found in an answer (https://jmespath.org), which
units sources write them in, and the ways in which such sources want their token. A poll costs one
request. One reading that cannot be read is an unreadable item, and what it last told stays; the
others are not touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, ClassVar, Literal, Self

import jmespath
from jmespath.exceptions import JMESPathError, JMESPathTypeError, LexerError, ParseError
from jmespath.functions import Functions
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from exporter.errors import Reason
from exporter.http import Auth, Http
from exporter.kpis.quantities import COVERAGE, QUANTITIES
from exporter.model import Facts, Moment, Reading, Unreadable
from exporter.providers.base import (
    READINGS_KEPT,
    Basic,
    Bearer,
    Capability,
    Duration,
    Since,
    Url,
    WebProvider,
    moment_of,
)
from exporter.providers.integration import one_line
from exporter.yamlfile import did_you_mean


def _compiled(expression: str) -> str:
    """`expression`, which jmespath can compile and whose functions exist."""
    try:
        parsed = jmespath.compile(expression).parsed
    except ParseError as error:
        where = f"character {error.lex_position + 1}"
        raise ValueError(f"not a JMESPath expression: {one_line(_mistake(error))} at {where}") from None
    except JMESPathError:
        raise ValueError("not a JMESPath expression: it is empty; `@` is the whole answer") from None
    for name in _functions(parsed):
        if name not in Functions.FUNCTION_TABLE:
            raise ValueError(f"JMESPath has no function {name}(){did_you_mean(name, Functions.FUNCTION_TABLE)}")
    return expression


def _mistake(error: ParseError) -> str:
    if isinstance(error, LexerError):
        return error.message
    return f"unexpected `{error.token_value}`" if error.token_value else "it ends too early"


def _functions(node: Mapping[str, Any]) -> Iterator[str]:
    """The names of all functions in a parsed expression."""
    if node["type"] == "function_expression":
        yield node["value"]
    for child in node["children"]:
        if isinstance(child, dict):  # a slice's children are numbers
            yield from _functions(child)


def _known(name: str) -> str:
    if name not in QUANTITIES:
        raise ValueError(f"no quantity has this name{did_you_mean(name, QUANTITIES)}")
    return name


Expression = Annotated[str, AfterValidator(_compiled)]
QuantityName = Annotated[str, AfterValidator(_known)]


class ReadingPaths(BaseModel):
    """Where a quantity stands in the answer, by JMESPath expressions; a text alone is `value`."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    value: Expression
    """The number."""
    time: Expression | None = None
    """When it was true: an ISO 8601 date, Unix seconds or milliseconds; without it, when it is read."""
    unit: str | None = None
    """What it is written in: `ratio` or `percent` for shares and changes; `s`, `ms`, `minutes`, `hours`, `days` or
    `weeks` for durations; `per_week`, `per_day` or `per_month` (a twelfth of a year) for numbers a week. The first of
    each is the default; other numbers have none."""
    coverage: Expression | None = None
    """The share of the whole that it speaks for: from 0 to 1, or in percent where `unit` is `percent`."""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, data: Any) -> Any:
        return {"value": data} if isinstance(data, str) else data


class HttpJson(WebProvider):
    """A feed of readings: any address that answers with JSON, such as a survey's, a help desk's or a bill's."""

    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.READINGS})

    kind: Literal["http_json"]
    url: Url
    """The address that is asked, with its query. Secrets belong into `token`, not here."""
    header: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")] = "Authorization"
    """The header that carries the token."""
    scheme: Annotated[str, Field(pattern=r"^[!-~]*$")] = "Bearer"
    """The word before the token in its header; empty for none."""
    username: Annotated[str, Field(pattern=r"^[^:]+$")] | None = None
    """For basic authentication: the user's name, whose password is the token."""
    readings: Annotated[dict[QuantityName, ReadingPaths], Field(min_length=1)]
    """The quantities that it tells, and where each stands in the answer."""
    interval: Annotated[Duration, Field(ge=1, le=86400)] = 900.0
    max_age: Duration = READINGS_KEPT
    """Age of the last success at which the readings are dropped."""

    @field_validator("readings")
    @classmethod
    def _units_fit(cls, readings: dict[str, ReadingPaths]) -> dict[str, ReadingPaths]:
        wrong = [
            InitErrorDetails(type=_unfit(name), loc=(name, "unit"), input=paths.unit)
            for name, paths in readings.items()
            if paths.unit is not None and paths.unit not in QUANTITIES[name].units
        ]
        if wrong:
            raise ValidationError.from_exception_data(cls.__name__, wrong)
        return readings

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if self.username is not None and not (self.token or self.token_file):
            raise ValueError("username needs its password, in token or token_file")
        if self.username is not None and {"header", "scheme"} & self.model_fields_set:
            raise ValueError("username means basic authentication; leave header and scheme away")
        return self

    def auth(self) -> Auth:
        if self.username is not None:
            return Basic(self.username, self.token, self.token_file)
        return Bearer(self.token, self.token_file, self.header, f"{self.scheme} " if self.scheme else "")

    def fetch(self, http: Http, since: Since) -> Iterator[Facts]:
        reply = http.get(str(self.url))
        yield parse_readings(reply.json(), reply.url, self.readings, since.now)


def _unfit(name: str) -> PydanticCustomError:
    units = ", ".join(QUANTITIES[name].units)
    problem = f"no unit of {name}, which is told in {units}" if units else f"{name} has no units; leave `unit` away"
    return PydanticCustomError("unit", "{problem}", {"problem": problem})


def parse_readings(answer: Any, where: str, wanted: Mapping[str, ReadingPaths], now: Moment) -> Facts:
    """The `wanted` readings of an answer, in their quantities' units; those that cannot be read, named."""
    found = Facts.merged(_one(name, paths, answer, where, now) for name, paths in wanted.items())
    return replace(found, told=frozenset(wanted))


def _one(name: str, paths: ReadingPaths, answer: Any, where: str, now: Moment) -> Facts:
    percent = "percent" if paths.unit == "percent" else None
    read_value = partial(QUANTITIES[name].read, unit=paths.unit)
    try:
        value = _read(answer, "value", paths.value, read_value)
        at = now if paths.time is None else _read(answer, "time", paths.time, partial(moment_of, now=now))
        share = None
        if paths.coverage is not None:
            share = _read(answer, "coverage", paths.coverage, partial(COVERAGE.read, unit=percent))
    except ValueError as error:
        return Facts(unreadable=(Unreadable(name, Reason.BAD_PAYLOAD, f"{where}: {error}"),))
    return Facts(readings=(Reading(name, value, at, share),))


def _read(answer: Any, key: str, expression: str, read: Callable[[Any], float]) -> float:
    """What the expression of `key` finds, read. Raises ValueError that names both, and the remedy."""
    try:
        return read(_found(answer, expression))
    except ValueError as error:
        remedy = "correct the expression or `unit`" if key == "value" else f"correct the expression or remove `{key}`"
        raise ValueError(f"{key}: `{one_line(expression)}`: {error}; {remedy}") from None


def _found(answer: Any, expression: str) -> Any:
    """What the expression finds; None for nothing. Raises ValueError when the expression does not suit the answer."""
    try:
        return jmespath.search(expression, answer)
    except JMESPathTypeError as error:
        wanted = " or ".join(error.expected_types)
        raise ValueError(f"what {error.function_name}() is given is not {wanted}") from None
    except (TypeError, ArithmeticError, RecursionError) as error:  # the library's own, for comparisons and infinities
        raise ValueError(f"cannot be worked out on this answer ({type(error).__name__})") from None
