"""The bridges K2A and A2K, by ORCHEX's bridge status.

Knows the status document in all of its shapes, read from an address (`url`) or from a command
(`command`, such as `ORCHEX bridge status --json`). A poll costs one request, or one run of the
command within the source's `timeout`. One bridge that cannot be read is an unreadable item; the
other one stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from exporter import command
from exporter.errors import BadPayload, CommandFailed, Reason, Unreachable
from exporter.http import Http
from exporter.http.decoding import decoded
from exporter.model import BRIDGES, BridgeReading, Circuit, Component, Facts, Health, Moment, Probe, Seconds, Unreadable
from exporter.providers.base import Capability, Payload, Since, TlsOptions, Url, WebProvider, When, parse
from exporter.providers.integration import Amount, Count, Ratio, Version, health_of, one_line, seconds, unwrapped

EXIT_CODES = {
    3: "the bridges could not be asked (bridge communication error)",
    10: "KILO is unavailable",
    11: "ORCHEX is unavailable",
}
"""The documented exit codes of the status command that tell of the bridges, not of the command."""

_NAMES = {
    "k2a": Component.K2A,
    "kilotoorchex": Component.K2A,
    "kilo2orchex": Component.K2A,
    "a2k": Component.A2K,
    "orchextokilo": Component.A2K,
    "orchex2kilo": Component.A2K,
}
_NAME_KEYS = ("name", "bridge", "id")


class Bridge(WebProvider):
    """The status of the bridges, at `url` or printed by `command`."""

    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.PROBES, Capability.READINGS})

    kind: Literal["bridge"]
    url: Url | None = None
    """The address of the status document; this or `command`."""
    command: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    """A program and its arguments that print the status document as JSON; run without a shell."""
    bridge: Literal["k2a", "a2k"] | None = None
    """Which bridge this is, where the source tells of one alone; both by default."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.url is None) == (self.command is None):
            raise ValueError("give either url or command")
        if self.command is not None and (self.token or self.token_file or self.tls != TlsOptions()):
            raise ValueError("token, token_file and tls belong to url; a command takes its own from its environment")
        return self

    def components(self) -> tuple[Component, ...]:
        return BRIDGES if self.bridge is None else (Component(self.bridge),)

    def fetch(self, http: Http, since: Since) -> Iterator[Facts]:
        if self.command is not None:
            where = f"the command {self.command[0]}"
            yield parse_bridges(ask_command(self.command, http.remaining), where, self.components())
        else:
            reply = http.get(str(self.url))
            yield parse_bridges(reply.json(), reply.url, self.components(), reply.elapsed)


def ask_command(words: tuple[str, ...], time_limit: Seconds) -> Any:
    """The JSON that the command prints. Raises Unreachable for the exit codes that say so."""
    ended = command.run(words, time_limit)
    where = f"the command {words[0]}"
    if ended.code in EXIT_CODES:
        raise Unreachable(f"{where}: {EXIT_CODES[ended.code]} (exit code {ended.code})")
    if ended.code != 0:
        said = one_line(ended.last_error)
        raise CommandFailed(f"{where} ended with {ended.code}{': ' if said else ''}{said}")
    try:
        return decoded(ended.output)
    except (ValueError, RecursionError) as error:
        what = "malformed JSON" if ended.output.strip() else "nothing"
        raise BadPayload(f"{where} printed {what} instead of JSON; is `--json` among its words?") from error


def parse_bridges(answer: Any, where: str, wanted: tuple[Component, ...], latency: Seconds | None = None) -> Facts:
    """The readings and probes of the `wanted` bridges, from any shape of the status document.

    Raises BadPayload when the document has none of the shapes. `latency` is the answer's time.
    """
    found = _found(unwrapped(answer, where), where, wanted)
    return Facts.merged(_one(bridge, found.get(bridge, []), where, latency) for bridge in wanted)


def _one(bridge: Component, entries: list[Any], where: str, latency: Seconds | None) -> Facts:
    if not entries:
        detail = f"{where}: the answer does not name the bridge {bridge}"
        return Facts(unreadable=(Unreadable(bridge, Reason.NOT_FOUND, detail),))
    place = f"{where}: {bridge}"
    try:
        entry = unwrapped(_only(entries, place), place)
        return parse(BridgeAnswer, entry, place).facts(bridge, place, latency)
    except BadPayload as error:
        return Facts(unreadable=(Unreadable(bridge, error.reason, str(error)),))


def _only(entries: list[Any], place: str) -> Any:
    if len(entries) > 1:
        raise BadPayload(f"{place}: the answer names this bridge {len(entries)} times")
    return entries[0]


def _found(status: Any, where: str, wanted: tuple[Component, ...]) -> dict[Component, list[Any]]:
    """The bridges' entries by bridge, whatever the shape."""
    inner = status["bridges"] if isinstance(status, dict) and "bridges" in status else status
    if isinstance(inner, list):
        return _grouped((_name_in(entry), entry) for entry in inner)
    if not isinstance(inner, dict):
        raise BadPayload(f"{where}: the answer is neither an object nor a list of bridges")
    by_key = _grouped((bridge_of(key), entry) for key, entry in inner.items())
    if by_key or inner is not status:
        return by_key
    return {_bare(inner, where, wanted): [inner]}


def _bare(entry: dict[str, Any], where: str, wanted: tuple[Component, ...]) -> Component:
    """Which bridge one bare object is about: it says so, or the configuration does."""
    named = _name_in(entry)
    if named is not None:
        return named
    if len(wanted) > 1 or any(key in entry for key in _NAME_KEYS):
        raise BadPayload(f"{where}: the answer does not say which bridge it is about; set `bridge` to k2a or a2k")
    return wanted[0]


def _grouped(pairs: Iterable[tuple[Component | None, Any]]) -> dict[Component, list[Any]]:
    """Entries by bridge; other names (bridges newer than us) and nulls are left out."""
    grouped: dict[Component, list[Any]] = {}
    for bridge, entry in pairs:
        if bridge is not None and entry is not None:
            grouped.setdefault(bridge, []).append(entry)
    return grouped


def _name_in(entry: Any) -> Component | None:
    names = [entry.get(key) for key in _NAME_KEYS] if isinstance(entry, dict) else []
    return next((bridge for bridge in map(bridge_of, names) if bridge is not None), None)


def bridge_of(name: object) -> Component | None:
    """The bridge that a name means: `k2a`, `K2A Bridge`, `kilo-to-orchex`, …; None for other names."""
    if not isinstance(name, str):
        return None
    letters = re.sub(r"[^a-z0-9]", "", name.lower())
    return _NAMES.get(letters.removesuffix("bridge").removeprefix("bridge"))


class BridgeAnswer(Payload):
    """One bridge's status. Older bridges say only `isActive`."""

    active: bool = Field(alias="isActive")
    health: str | None = None
    version: Version = ""
    events: Count | None = Field(None, alias="eventCount")
    errors: Count | None = Field(None, alias="errorCount")
    last_event: Any = Field(None, alias="lastEventTime")
    circuit: str | None = Field(None, alias="circuitState")
    queue_depth: Count | None = Field(None, alias="queueDepth")
    avg_response_ms: Amount | None = Field(None, alias="avgResponseTime")
    validations: Count | None = None
    templates_served: Count | None = Field(None, alias="templatesServed")
    cache_hit_ratio: Ratio | None = Field(None, alias="cacheHitRate")

    def facts(self, bridge: Component, place: str, latency: Seconds | None) -> Facts:
        """The reading and, where the health is known, the probe. A date beyond belief costs the date only."""
        health = self._health(place)
        unreadable = []
        try:
            last_event_at = _moment(self.last_event)
        except ValidationError:
            last_event_at = None
            detail = f"{place}: lastEventTime is not a believable ISO 8601 date; it is left out"
            unreadable.append(Unreadable(f"{bridge} lastEventTime", Reason.BAD_PAYLOAD, detail))
        if health is Health.UNKNOWN:
            detail = f"{place}: the health {one_line(str(self.health))!r} is not known; this is no observation"
            unreadable.append(Unreadable(bridge, Reason.BAD_PAYLOAD, detail))
        up = Probe(bridge, health if self.active else Health.UNHEALTHY, latency, self.version)
        return Facts(
            probes=() if health is Health.UNKNOWN else (up,),
            bridges=(self._reading(bridge, health, last_event_at),),
            unreadable=tuple(unreadable),
        )

    def _health(self, place: str) -> Health:
        """Its own word; without one, active is healthy. Not active is not up, whatever the word."""
        if self.health is not None:
            known = health_of(self.health, place)
            return Health.UNHEALTHY if known is Health.UNKNOWN and not self.active else known
        return Health.HEALTHY if self.active else Health.UNHEALTHY

    def _reading(self, bridge: Component, health: Health, last_event_at: Moment | None) -> BridgeReading:
        return BridgeReading(
            bridge=bridge,
            active=self.active,
            health=health,
            version=self.version,
            events=self.events,
            errors=self.errors,
            last_event_at=last_event_at,
            circuit=_CIRCUITS.get(re.sub(r"[^a-z]", "", (self.circuit or "").lower())),
            queue_depth=self.queue_depth,
            avg_response=seconds(self.avg_response_ms),
            validations=self.validations,
            templates_served=self.templates_served,
            cache_hit_ratio=self.cache_hit_ratio,
        )


_CIRCUITS = {"closed": Circuit.CLOSED, "open": Circuit.OPEN, "halfopen": Circuit.HALF_OPEN}
_moment: Callable[[Any], Moment | None] = TypeAdapter(When | None).validate_python
