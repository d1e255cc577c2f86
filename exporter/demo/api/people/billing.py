"""The bills: a statement a calendar month, the newest last."""

from __future__ import annotations

from datetime import date
from typing import Any

from exporter.demo.figures import cost
from exporter.demo.organisation import Organisation
from exporter.demo.programme import Programme
from exporter.demo.times import date_of, moment_of

MONTHS_SHOWN = 6


def billing(acme: Organisation) -> Any:
    """Amounts are whole euros; a month is closed when the next one begins."""
    statements = [_statement(acme.programme, closed_on) for closed_on in closings(acme.now)]
    return {"account": "developer-tools", "currency": "EUR", "statements": statements}


def closings(now: float) -> list[date]:
    """The first days of the last months, the current one last: then the month before was closed."""
    today = date_of(now)
    months = range(today.year * 12 + today.month - MONTHS_SHOWN, today.year * 12 + today.month)
    return [date(month // 12, month % 12 + 1, 1) for month in months]


def amount(programme: Programme, closed_on: date) -> int:
    return cost(programme.day(moment_of(closed_on)))


def _statement(programme: Programme, closed_on: date) -> Any:
    total = amount(programme, closed_on)
    licences = round(total * 0.6)
    lines = [{"item": "licences", "amount": licences}, {"item": "compute", "amount": total - licences}]
    month = f"{closed_on.year - (closed_on.month == 1)}-{(closed_on.month - 2) % 12 + 1:02}"
    return {"month": month, "closed_at": f"{closed_on.isoformat()}T00:00:00Z", "lines": lines, "total": total}
