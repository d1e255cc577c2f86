"""Lists of what was updated since the last reading: pipelines, merge requests, deployments.

Each is asked for by its update, newest first. What is updated while the pages are read jumps to the front and
pushes the rest down: the same entry may show twice, and nothing stays unseen but the one that jumped, whose new
update the next reading asks for. Moments are compared with the server's own ones alone, so that clocks may
differ; the next reading begins a little before the newest update that was seen, for an update is written
shortly before it can be read.

It knows the asking; what the entries mean is elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Self, TypeVar

from pydantic import Field

from exporter.http import Http, Params
from exporter.model import Moment, Seconds, Unreadable
from exporter.providers.base import Payload, When
from exporter.providers.common.changes import OVERLAP
from exporter.providers.common.items import field_of, parse_each
from exporter.providers.common.marks import Mark
from exporter.providers.gitlab.api import PER_PAGE, Target, iso


class Updated(Payload):
    """What every entry has."""

    updated_at: When | None = None


E = TypeVar("E", bound=Updated)


class Seen(Mark):
    """How far a list was read: the newest update, and what was told since shortly before it, by number, with
    the moment that it is about."""

    up_to: Moment | None = None
    told: dict[int, Moment] = Field(default_factory=dict)

    def then(self, newest: Moment | None, told: Mapping[int, Moment]) -> Self:
        """As it stands after a reading that told these."""
        bottom = 0.0 if newest is None else newest - OVERLAP
        kept = {number: moment for number, moment in {**self.told, **told}.items() if moment >= bottom}
        return self.model_copy(update={"up_to": newest, "told": kept})


def floor_of(up_to: Moment | None, now: Moment, history: Seconds) -> Moment:
    """From when on updates are asked for; `up_to` is the newest that was seen."""
    furthest = now - history
    return furthest if up_to is None else max(up_to - OVERLAP, furthest)


def newest_of(entries: Iterable[Updated], known: Moment | None, now: Moment) -> Moment | None:
    """The newest update seen so far; a date in the future must not hide what comes before it."""
    seen = [min(entry.updated_at, now) for entry in entries if entry.updated_at is not None]
    return max([*seen, *([] if known is None else [known])], default=None)


def updated_since(
    http: Http, target: Target, question: tuple[str, str], params: Mapping[str, str], floor: Moment, model: type[E]
) -> tuple[list[E], tuple[Unreadable, ...]]:
    """The entries updated since `floor`, each as it was seen last, and the malformed ones.

    `question` is the list's path below the project and the key of an entry's number.
    """
    path, key = question
    noun = path.removesuffix("s").replace("_", " ")
    asked: Params = {
        **params,
        "updated_after": iso(floor),
        "order_by": "updated_at",
        "sort": "desc",
        "per_page": PER_PAGE,
    }
    found: dict[str, E] = {}
    bad: list[Unreadable] = []
    for page in http.pages(target.at(path), asked):
        good, malformed = parse_each(
            model, page.json(), page.url, lambda entry: f"{target.repository} {noun} {field_of(entry, key)}"
        )
        found |= {str(getattr(entry, key)): entry for entry in good}
        bad.extend(malformed)
    return list(found.values()), tuple(bad)
