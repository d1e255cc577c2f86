"""The whole page: every section, in the order in which it is needed."""

from __future__ import annotations

from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined

from exporter.status.shape import PLACE, Status
from exporter.web.scorecard import criteria, migration, now, risks, sources, teams
from exporter.web.scorecard.headline import headline
from exporter.web.scorecard.moments import past
from exporter.web.scorecard.moods import MARKS

_TEMPLATE = Environment(
    loader=PackageLoader("exporter.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
).get_template("page.html.j2")


def page(status: Status, moment: datetime, nonce: str, team: str | None = None) -> str:
    """`moment` is now, `nonce` what the answer's Content-Security-Policy allows as style.

    `team` is one of the document's teams, whose share of the work is shown; None: that of all.
    """
    parts, budgets = now.parts(status), now.budgets(status)
    everyone, fed = teams.teams(status), sources.sources(status)
    top, others = risks.risks(status)
    return _TEMPLATE.render(
        headline=headline(status, moment, parts, budgets, fed),
        parts=parts,
        unseen=now.unseen(status),
        budgets=budgets,
        criteria=criteria.twelve(status),
        companions=criteria.companions(status),
        progress=migration.progress(status),
        top_risks=top,
        other_risks=others,
        teams=everyone,
        team=next((each for each in everyone if each.name == team), None),
        remaining=teams.remaining(status, team),
        sources=fed,
        made=past(status.taken_at, moment),
        version=status.exporter.version,
        marks=MARKS,
        document=PLACE,
        nonce=nonce,
    )
