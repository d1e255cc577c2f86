"""The stage that evidence means: the documented table, over all evidence there can be."""

from itertools import product

import pytest

from exporter.migration.stages import stage_of
from exporter.model import Evidence, Stage

ALL = [Evidence(*bits) for bits in product((False, True), repeat=6)]


@pytest.mark.parametrize(
    ("evidence", "stage"),
    [
        (Evidence(), Stage.NONE),
        (Evidence(backup=True, template=True), Stage.NONE),
        (Evidence(legacy_config=True), Stage.LEGACY),
        (Evidence(legacy_workflow=True), Stage.LEGACY),
        (Evidence(integrated_config=True), Stage.PARTIAL),
        (Evidence(integrated_workflow=True), Stage.PARTIAL),
        (Evidence(integrated_config=True, legacy_workflow=True), Stage.PARTIAL),
        (Evidence(legacy_config=True, integrated_workflow=True), Stage.PARTIAL),
        (Evidence(integrated_config=True, integrated_workflow=True), Stage.INTEGRATED),
        (Evidence(integrated_config=True, integrated_workflow=True, legacy_config=True), Stage.INTEGRATED),
        (None, Stage.UNKNOWN),
    ],
)
def test_the_stage_of_a_repository_that_was_never_integrated(evidence: Evidence | None, stage: Stage) -> None:
    assert stage_of(evidence, integrated_before=False) is stage


@pytest.mark.parametrize("evidence", ALL, ids=lambda one: "".join("01"[bit] for bit in _bits(one)))
def test_what_was_integrated_is_integrated_or_rolled_back(evidence: Evidence) -> None:
    before, after = stage_of(evidence, integrated_before=False), stage_of(evidence, integrated_before=True)
    assert after is (Stage.INTEGRATED if before is Stage.INTEGRATED else Stage.ROLLED_BACK)


@pytest.mark.parametrize("evidence", ALL, ids=lambda one: "".join("01"[bit] for bit in _bits(one)))
def test_what_could_be_read_is_never_unknown(evidence: Evidence) -> None:
    assert stage_of(evidence, integrated_before=False) not in (Stage.UNKNOWN, Stage.ROLLED_BACK)


def test_what_could_not_be_read_is_unknown_whatever_it_was() -> None:
    assert stage_of(None, integrated_before=True) is Stage.UNKNOWN


def _bits(evidence: Evidence) -> tuple[bool, ...]:
    return (
        evidence.legacy_config,
        evidence.integrated_config,
        evidence.legacy_workflow,
        evidence.integrated_workflow,
        evidence.backup,
        evidence.template,
    )
