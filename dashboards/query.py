"""PromQL for panels. Every selector is of the exporters that the reader chose. It knows no panel."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from alerts.terms import HOUR

CHOSEN = 'job=~"$job", instance=~"$instance"'
RATE = "$__rate_interval"
RANGE = "$__range"
"""The time that is shown: for `increase` in tables."""
ALERTS_CHOSEN = ('job=~"$job|"', 'instance=~"$instance|"')
SUBJECTS = ("slo", "component", "bridge", "kpi", "phase", "goal", "risk", "source", "vcs_owner_name", "queue", "limit")
"""The labels by which alerts say what they are about."""


@dataclass(frozen=True, slots=True)
class Query:
    """`legend` names its series and may hold `{{label}}`; rows of tables have none."""

    expr: str
    legend: str = ""


def of(family: str, *matchers: str, **labels: str) -> str:
    """The series of a family whose labels are as given; `matchers` are PromQL's own: `state!="idle"`."""
    wanted = [*matchers, *(f'{label}="{value}"' for label, value in labels.items()), CHOSEN]
    return f"{family}{{{', '.join(wanted)}}}"


def among(label: str, values: Iterable[str]) -> str:
    """A matcher: the label has one of these values."""
    return f'{label}=~"{"|".join(values)}"'


def once(expr: str, *by: str) -> str:
    """The sum by these labels, in which what several exporters of a job tell alike counts once."""
    inner = f"max without (instance) ({expr})"
    return f"sum by ({', '.join(by)}) ({inner})" if by else f"sum({inner})"


def a_second(counter: str, *by: str) -> str:
    """The pace of a counter's series, by these labels."""
    return once(f"rate({counter}[{RATE}])", *by)


def hourly(counter: str, *by: str) -> str:
    """As `a_second`, an hour."""
    return f"{HOUR} * {a_second(counter, *by)}"


def told(*matchers: str, family: str = "ALERTS") -> str:
    """Alerts that somebody hears of; those about a missing exporter have no instance.

    Their label `what` joins all that may say what they are about. It is never empty, only blank: Grafana writes the
    name of a label that is not there.
    """
    wanted = ", ".join(('alertname=~"OrchexKilo.+"', 'severity=~"page|ticket"', *matchers, *ALERTS_CHOSEN))
    subjects = ", ".join(f'"{label}"' for label in SUBJECTS)
    return f'label_join({family}{{{wanted}}}, "what", " ", {subjects})'


def coded(
    family: str, words: Iterable[str], by: Iterable[str], label: str = "state", *matchers: str, **labels: str
) -> str:
    """A state set as one number a thing: 1 for the first of its words, 2 for the second. See `style.Words.codes`.

    So is any other label whose words have an order, of the series that are 1. Only the series that match count.
    """
    states = (
        f"({chosen} == 1) * {number}" if number > 1 else f"{chosen} == 1"
        for number, word in enumerate(words, 1)
        for chosen in [of(family, *matchers, **{label: word}, **labels)]
    )
    return f"max by ({', '.join(by)}) (\n    {f'{chr(10)}  or{chr(10)}    '.join(states)}\n)"
