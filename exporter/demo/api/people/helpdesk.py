"""The help desk: tickets by day, the newest last, and the mean of the last whole week."""

from __future__ import annotations

from typing import Any

from exporter.demo.figures import tickets, tickets_of_week
from exporter.demo.organisation import Organisation

DAYS_SHOWN = 28


def helpdesk(acme: Organisation) -> Any:
    """The current day is not over, so it is not counted. Moments are epoch seconds."""
    programme = acme.programme
    today = programme.day(acme.now)
    days = range(today - DAYS_SHOWN, today)
    daily = [{"date": programme.date(day).isoformat(), "opened": tickets(day)} for day in days]
    week = {"until": programme.moment(today), "opened_per_day": tickets_of_week(today) / 7}
    return {"queues": {"developer-tools": {"daily": daily, "last_week": week}}}
