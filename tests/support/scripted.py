"""A provider whose polls are written down by the test: what it yields, and how it ends."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Literal

from pydantic import PrivateAttr

from exporter.http import Http
from exporter.model import Component, Facts
from exporter.providers.base import Capability, Provider, Since


class Scripted(Provider):
    capabilities: ClassVar[frozenset[Capability]] = frozenset(Capability)
    kind: Literal["scripted"] = "scripted"
    probes: tuple[Component, ...] = ()
    _polls: list[Callable[[Since], Any]] = PrivateAttr(default_factory=list)
    _seen: list[Since] = PrivateAttr(default_factory=list)

    def then(self, *steps: Facts | BaseException | Callable[[Since], Any]) -> "Scripted":
        """The next poll yields these facts, raises these errors, or calls what can be called."""
        self._polls.append(lambda since: [step(since) if callable(step) else step for step in steps])
        return self

    @property
    def seen(self) -> list[Since]:
        return self._seen

    def components(self) -> tuple[Component, ...]:
        return self.probes

    def fetch(self, http: Http, since: Since) -> Iterator[Facts]:
        self._seen.append(since)
        for step in self._polls.pop(0)(since) if self._polls else ():
            if isinstance(step, BaseException):
                raise step
            yield step
