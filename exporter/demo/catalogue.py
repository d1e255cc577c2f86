"""Who and what there is at Acme: people, teams, and some forty repositories. Only names and fates."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

OWNER = "acme"
ARCHIVE_PATTERN = "*-archive"
"""What the demo's configuration excludes."""
PILOT_PATTERNS = ("payments-api", "identity-service", "storefront-*")
"""The repositories that migrate first."""


class Standing(StrEnum):
    """How far a repository really is, by the organisation's own knowledge."""

    NONE = "none"
    LEGACY = "legacy"
    PARTIAL = "partial"
    INTEGRATED = "integrated"
    ROLLED_BACK = "rolled_back"


class Trait(StrEnum):
    """What makes a repository special for whoever reads it."""

    ORDINARY = ""
    EMPTY = "empty"  # no commit yet
    UNREADABLE = "unreadable"  # its API answers 403
    ARCHIVED = "archived"  # read-only
    FORK = "fork"
    RETIRED = "retired"  # its name matches ARCHIVE_PATTERN
    REGRETS = "regrets"  # rolls back shortly after the start


@dataclass(frozen=True, slots=True)
class Plan:
    """One repository as it is meant to be when the demo starts."""

    index: int
    name: str
    team: str
    language: str
    standing: Standing
    trait: Trait

    @property
    def alive(self) -> bool:
        """Whether anything happens in it."""
        return self.trait not in (Trait.EMPTY, Trait.ARCHIVED, Trait.RETIRED, Trait.FORK)

    @property
    def branch(self) -> str:
        return "master" if self.index % 9 == 4 else "main"  # noqa: PLR2004  # a few are older than the custom


@dataclass(frozen=True, slots=True)
class Person:
    login: str
    name: str

    @property
    def email(self) -> str:
        return f"{self.login}@acme.example"


PEOPLE = (
    Person("amara-o", "Amara Okafor"),
    Person("bjorn-l", "Björn Lindqvist"),
    Person("chen-wei", "Chen Wei"),
    Person("dalia-h", "Dalia Haddad"),
    Person("elena-p", "Elena Petrova"),
    Person("farid-k", "Farid Karimi"),
    Person("grace-m", "Grace Mwangi"),
    Person("hiro-t", "Hiro Tanaka"),
    Person("ines-c", "Inês Carvalho"),
    Person("jonas-b", "Jonas Becker"),
    Person("kavya-r", "Kavya Rao"),
    Person("liam-f", "Liam Fitzgerald"),
)

_TABLE = """
payments-api          payments   Java        integrated
checkout-web          checkout   TypeScript  integrated   regrets
ledger-service        payments   Java        partial
design-tokens         web        CSS         none
catalog-search        catalog    Go          legacy
invoice-renderer      payments   Python      legacy
fraud-models          risk       Python      legacy       unreadable
postgres-operator     platform   Go          none         fork
cart-legacy           checkout   PHP         legacy       archived
billing-2019-archive  payments   Java        legacy       retired
voice-assistant       labs       Python      none         empty
terraform-modules     platform   HCL         integrated
mobile-ios            mobile     Swift       legacy
mobile-android        mobile     Kotlin      legacy
checkout-gateway      checkout   Go          integrated
pricing-engine        catalog    Rust        partial
recommendations       catalog    Python      legacy
notification-hub      platform   TypeScript  integrated
identity-service      identity   Go          integrated
session-store         identity   Go          legacy
consent-manager       identity   TypeScript  partial
warehouse-etl         data       Python      integrated
event-schemas         data       TypeScript  integrated
feature-store         data       Python      legacy
dashboards            data       Python      legacy
shipping-quotes       fulfilment Java        legacy
returns-portal        fulfilment TypeScript  legacy
inventory-sync        fulfilment Go          partial
storefront-web        web        TypeScript  integrated
storefront-bff        web        TypeScript  integrated
component-library     web        TypeScript  legacy
edge-config           platform   HCL         integrated
ci-images             platform   Shell       integrated
observability-kit     platform   Go          partial
risk-rules            risk       Python      legacy
chargeback-worker     risk       Java        legacy
loyalty-service       growth     Kotlin      legacy
campaign-mailer       growth     Python      legacy
referral-service      growth     Go          integrated
engineering-handbook  platform   Markdown    none
"""
_ROWS = tuple(line.split() for line in _TABLE.strip().splitlines())


def is_pilot(name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in PILOT_PATTERNS)


def in_scope(plan: Plan) -> bool:
    """Whether the demo's configuration covers it, readable or not."""
    return plan.trait not in (Trait.ARCHIVED, Trait.FORK, Trait.RETIRED)


def plans(count: int) -> list[Plan]:
    """The first `count` repositories; beyond the table, further ones named after those in it."""
    return [_plan(index) for index in range(count)]


def _plan(index: int) -> Plan:
    turn, row = divmod(index, len(_ROWS))
    name, team, language, standing, *trait = _ROWS[row]
    base, dash, ending = name.rpartition("-") if name.endswith("-archive") else (name, "", "")
    numbered = f"{base}-{turn + 1}" if turn else base
    return Plan(index, numbered + dash + ending, team, language, Standing(standing), Trait("".join(trait)))
