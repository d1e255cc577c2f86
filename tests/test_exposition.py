"""The caps on series, and the four bodies."""

import gzip

from exporter.exposition import NO_CAPS, Caps, render
from exporter.snapshot import Snapshot
from tests.support import world


def values(body: bytes, name: str) -> dict[str, float]:
    lines = [line for line in body.decode().splitlines() if line.startswith((name + "{", name + " "))]
    return {line.rsplit(" ", 1)[0][len(name) :]: float(line.rsplit(" ", 1)[1]) for line in lines}


def test_the_compressed_bodies_are_the_plain_ones() -> None:
    made = render(world.snapshot())
    assert gzip.decompress(made.text_gzip) == made.text
    assert gzip.decompress(made.openmetrics_gzip) == made.openmetrics
    assert made.openmetrics.endswith(b"# EOF\n")


def test_the_number_of_series_is_what_is_exposed() -> None:
    body = render(world.snapshot()).text
    (counted,) = values(body, "orchex_kilo_exporter_series").values()
    own = ("#", "python_", "process_", "orchex_kilo_exporter_series")
    assert counted == len([line for line in body.decode().splitlines() if not line.startswith(own)])


def test_a_cap_for_a_repository_cuts_that_repository_alone_and_says_so() -> None:
    body = render(world.snapshot(), Caps(per_repository=4)).text
    assert values(body, "orchex_kilo_exporter_series_cut") == {
        '{family="vcs_repository_change_deployment_lead_time_seconds",limit="per_repository"}': 2.0,
        '{family="cicd_repository_run_duration_seconds",limit="per_repository"}': 6.0,
        '{family="cicd_repository_pipeline_run_duration_seconds",limit="per_repository"}': 6.0,
    }
    of_shop = [line for line in body.decode().splitlines() if 'vcs_repository_name="shop"' in line]
    of_vault = [line for line in body.decode().splitlines() if 'vcs_repository_name="vault"' in line]
    assert (len(of_shop), len(of_vault)) == (3, 1)


def test_a_cap_for_a_source_leaves_the_others_whole() -> None:
    everything, capped = render(world.snapshot()).text, render(world.snapshot(), Caps(per_source=70)).text

    def of(body: bytes, source: str) -> int:
        return len([line for line in body.decode().splitlines() if f'source="{source}"' in line])

    assert of(everything, "acme") > 70
    assert of(capped, "acme") <= 70
    assert of(everything, "orchex") < 70
    assert of(capped, "orchex") == of(everything, "orchex")
    cut = values(capped, "orchex_kilo_exporter_series_cut")
    assert sum(cut.values()) == sum(max(0, of(everything, s) - of(capped, s)) for s in world.snapshot().sources)


def test_a_cap_takes_facts_and_leaves_the_source_s_health() -> None:
    body = render(world.snapshot(), Caps(per_source=70)).text
    cut = values(body, "orchex_kilo_exporter_series_cut")
    assert cut
    assert not any("orchex_kilo_source_" in key for key in cut)


def test_the_total_cap_bounds_the_exposition() -> None:
    body = render(world.snapshot(), Caps(total=50)).text
    assert values(body, "orchex_kilo_exporter_series") == {"": 50.0}
    assert {key.split('limit="')[1] for key in values(body, "orchex_kilo_exporter_series_cut")} == {'total"}'}


def test_rendering_twice_gives_the_same_domain_bytes() -> None:
    def domain(body: bytes) -> list[bytes]:
        return [line for line in body.splitlines() if line.startswith((b"orchex", b"cicd", b"vcs"))]

    first, second = render(world.snapshot(), NO_CAPS), render(world.snapshot(), NO_CAPS)
    assert domain(first.text) == domain(second.text)
    assert domain(render(Snapshot(1.0)).text)
