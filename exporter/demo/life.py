"""What a life is: how busy the tools are, and what happens to the organisation from its history on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from exporter.demo.programme import Programme

if TYPE_CHECKING:
    from exporter.demo.organisation import Organisation


@dataclass(frozen=True, slots=True)
class Load:
    """Operations and tasks a second, and the step in whole seconds in which they are simulated."""

    k2a: float = 2.2
    a2k: float = 2.8
    tasks: float = 0.6
    step: int = 1


class Life(Protocol):
    """One way in which an organisation lives. It keeps no state of its own."""

    @property
    def load(self) -> Load: ...

    @property
    def from_the_start(self) -> bool:
        """Whether the migration's start lies ahead when the organisation starts, and its history before it."""

    def programme(self, start: int) -> Programme:
        """The migration of an organisation that starts at `start`."""

    def settle(self, acme: Organisation) -> None:
        """Gives each repository its first commit, its past and its pace."""

    def plan(self, acme: Organisation) -> None:
        """Puts down the migrations and the incidents that are to come."""

    def demand(self, acme: Organisation) -> float:
        """How many governance events there are now: a factor on the load of K2A."""
