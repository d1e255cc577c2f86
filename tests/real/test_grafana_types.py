"""The boards' panels against the TypeScript types that Grafana publishes of them, from version 10 to 13.

    make grafana-types

Grafana itself does not run here: its compiler's view is that every option and every field's setting is one that this
version knows, with a value that it allows.
"""

import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from dashboards.__main__ import BOARDS
from tests.support.grafana import Dashboard, Panel

VERSIONS = ("10.0.4", "10.4.19", "11.6.16", "12.4.11", "13.2.3")
UNHEARD: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("stat", "percentChangeColorMode"): VERSIONS[:2],
    ("stat", "wideLayout"): VERSIONS[:1],
    ("stat", "showPercentChange"): VERSIONS[:1],
    ("state-timeline", "perPage"): VERSIONS[:2],
    ("bargauge", "legend"): VERSIONS[:2],
    ("bargauge", "namePlacement"): VERSIONS[:1],
    ("bargauge", "maxVizHeight"): VERSIONS[:1],
    ("bargauge", "sizing"): VERSIONS[:1],
    ("table", "footer"): VERSIONS[3:],
}
"""Options that the SDK always writes, with their default, and the versions that do not know them and pass over them."""
ENUMS_AS_WORDS = """\
type Said<T> =
  T extends string ? `${T}` : T extends number | boolean | null | undefined ? T :
  T extends (infer Each)[] ? Said<Each>[] : { [Key in keyof T]: Said<T[Key]> };
"""
STRICT = ("--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--moduleResolution", "nodenext")
Data = dict[str, Any]


@pytest.fixture(scope="module")
def folder(pytestconfig: pytest.Config) -> Path:
    found: Path = pytestconfig.getoption("--grafana-types")
    return found.resolve()


def panels() -> Iterator[Panel]:
    for board in BOARDS:
        yield from Dashboard(board.data("https://runbooks.example")).asking


def unheard(version: str, kind: str) -> set[str]:
    return {option for (of, option), versions in UNHEARD.items() if of == kind and version in versions}


def types_of(home: Path, kind: str) -> Path:
    place = f"dist/*/raw/composable/{kind.replace('-', '')}/panelcfg/x/*.d.ts"
    found = sorted((home / "node_modules" / "@grafana" / "schema").glob(place))
    return found[-1]  # `types` before `esm`, which holds some of older versions too


def complaints(folder: Path, version: str, given: list[tuple[str, str, Data]]) -> list[str]:
    """What the compiler says of these: each a kind of panel, a type (`Options` or `FieldConfig`), and one of these."""
    home, lines = folder / f"grafana-{version}", [ENUMS_AS_WORDS]
    for number, (kind, name, data) in enumerate(given):
        path = types_of(home, kind)
        if name in path.read_text():  # the oldest has no type of its own for the fields of tables
            imported = path.relative_to(home).as_posix().removesuffix(".d.ts")
            lines.append(f"import type {{ {name} as Of{number} }} from './{imported}';")
            lines.append(f"export const it{number}: Said<Partial<Of{number}>> = {json.dumps(data)};")
    (home / "boards.ts").write_text("\n".join(lines))
    compiler = folder / "typescript" / "node_modules" / ".bin" / "tsc"
    done = subprocess.run([compiler, *STRICT, "boards.ts"], cwd=home, capture_output=True, text=True, check=False)
    said = [line for line in done.stdout.splitlines() if "error" in line]
    assert bool(said) == bool(done.returncode)
    return said


@pytest.mark.parametrize("version", VERSIONS)
def test_every_option_is_one_that_grafana_knows(folder: Path, version: str) -> None:
    given = []
    for panel in panels():
        known = {key: value for key, value in panel.data["options"].items() if key not in unheard(version, panel.kind)}
        given += [(panel.kind, "Options", known)]
        given += [(panel.kind, "FieldConfig", panel.data["fieldConfig"]["defaults"].get("custom", {}))]
    assert complaints(folder, version, given) == []


@pytest.mark.parametrize(
    ("kind", "option", "version"), [(*which, version) for which, versions in UNHEARD.items() for version in versions]
)
def test_every_exception_is_needed(folder: Path, kind: str, option: str, version: str) -> None:
    told = next(panel.data["options"][option] for panel in panels() if panel.kind == kind)
    (said,) = complaints(folder, version, [(kind, "Options", {option: told})])
    assert f"'\"{option}\"' does not exist" in said


@pytest.mark.parametrize("wrong", [{"graphMod": "none"}, {"graphMode": "nothing"}, {"wideLayout": 1}])
def test_the_compiler_finds_mistakes(folder: Path, wrong: Data) -> None:
    assert len(complaints(folder, VERSIONS[-1], [("stat", "Options", wrong)])) == 1
