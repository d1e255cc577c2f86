"""`kpis:`: what an organisation wants of a criterion, where it differs from the document."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from exporter.kpis.catalogue import CRITERIA
from exporter.kpis.quantities import Unit
from exporter.kpis.verdict import Aim
from exporter.providers.base import Duration, parse_duration
from exporter.settings.sections import Section
from exporter.yamlfile import did_you_mean

BY_KEY = {criterion.key: criterion for criterion in CRITERIA}


def _amount(value: Any) -> Any:
    """`85%`, `14d`, or a plain number."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    try:
        return float(text.removesuffix("%")) / 100 if text.endswith("%") else float(text)
    except ValueError:
        return parse_duration(text)


Amount = Annotated[float, BeforeValidator(_amount), Field(allow_inf_nan=False)]


class KpiSettings(Section):
    """`kpis:`, by the criterion's key: another target, margin, owner or age. The documented target stays visible."""

    target: Amount | None = None
    """The target, compared as the document compares: `85%`, `0.85`; for times `14d` or seconds."""
    margin: Annotated[Amount, Field(ge=0)] | None = None
    """Met by less than this is at risk."""
    owner: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    """Who answers for it."""
    max_age: Duration | None = None
    """Age at which its value is stale."""

    @property
    def aim(self) -> Aim:
        return Aim(self.target, self.margin, self.owner, self.max_age)


def known(key: str) -> str:
    """A criterion's key; ValueError for one that there is not."""
    if key not in BY_KEY:
        raise ValueError(f"no such criterion{did_you_mean(key, BY_KEY)}")
    return key


def fitting(kpis: dict[str, KpiSettings]) -> dict[str, KpiSettings]:
    """A target that is a share lies between 0 and 1: 85 is a slip for 85%."""
    for key, wanted in kpis.items():
        if BY_KEY[key].unit is Unit.RATIO and wanted.target is not None and not 0 <= wanted.target <= 1:
            raise ValueError(f"the target of {key} must lie between 0 and 1; write 0.85 or 85%")
    return kpis


Kpis = Annotated[dict[Annotated[str, AfterValidator(known)], KpiSettings], AfterValidator(fitting)]
