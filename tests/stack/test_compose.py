"""compose.yaml as a document: what it starts is what `make stack` starts, confined and closed. Nothing here runs it."""

import json
import re
import subprocess
import sys
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import Any

import pytest
import yaml

from alerts.terms import JOB
from stack.programs import HOST, Ports, programs

ROOT = Path(__file__).parent.parent.parent
FILE = ROOT / "compose.yaml"
COMPOSE = yaml.safe_load(FILE.read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PROVISIONING = ROOT / "stack" / "grafana"
PROMETHEUS = yaml.safe_load((ROOT / "stack" / "prometheus.yml").read_text())
GRAFANA_PORT = 3000
BOUND = re.compile(r"(?P<source>\./[^:]+):(?P<target>/[^:]+):ro")
NAMED = re.compile(r"(?P<name>\w+):/[^:]+")


def bound(service: str) -> dict[str, Path]:
    """What of the repository a container sees: path in the container -> path here."""
    found = (BOUND.fullmatch(volume) for volume in SERVICES[service].get("volumes", []))
    return {each["target"]: ROOT / each["source"] for each in found if each}


def here(service: str, path: str) -> Path:
    """The path in the repository that a container sees under this one."""
    wanted = PurePosixPath(normpath(path))
    for target, source in bound(service).items():
        if wanted.is_relative_to(target):
            return source / wanted.relative_to(target)
    raise AssertionError(f"{service} does not see {path}")


def flags(command: list[str] | tuple[str, ...]) -> dict[str, str]:
    return dict(part.removeprefix("--").split("=", 1) for part in command if part.startswith("--"))


def valid(file: Path) -> subprocess.CompletedProcess[str]:
    """The verdict of the Compose specification's published schema."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_it_fits_the_compose_specification() -> None:
    checked = valid(FILE)
    assert checked.returncode == 0, checked.stdout


def test_the_specification_refuses_a_misspelt_key(tmp_path: Path) -> None:
    wrong = tmp_path / "compose.yaml"
    wrong.write_text(FILE.read_text().replace("healthcheck:", "healthchecks:"))
    checked = valid(wrong)
    assert checked.returncode == 1
    assert "healthchecks" in checked.stdout


def test_every_image_is_pinned_to_a_release() -> None:
    images = {name: service["image"] for name, service in SERVICES.items() if "image" in service}
    assert set(images) == {"prometheus", "alertmanager", "grafana"}
    assert [image for image in images.values() if not re.fullmatch(r"[a-z]+/[a-z]+:v?\d+\.\d+\.\d+", image)] == []
    assert SERVICES["exporter"]["build"] == "."
    bases = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert bases
    assert [base for base in bases if not re.fullmatch(r"\w+:\d+\.\d+\.\d+-[\w-]+", base)] == []


def test_only_this_machine_reaches_the_ports() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    ports = Ports()
    wanted = (ports.exporter, ports.prometheus, ports.alertmanager, GRAFANA_PORT)
    assert published == {"exporter": [f"{HOST}:{port}:{port}" for port in wanted]}


def test_all_share_one_network() -> None:
    modes = {name: service.get("network_mode") for name, service in SERVICES.items()}
    assert modes == {"exporter": None} | dict.fromkeys(("prometheus", "alertmanager", "grafana"), "service:exporter")


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_do_no_more_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    unnamed = [volume for volume in service.get("volumes", []) if not BOUND.fullmatch(volume)]
    named = [NAMED.fullmatch(volume) for volume in unnamed]
    assert all(each and each["name"] in COMPOSE["volumes"] for each in named), "what is written lies in named volumes"


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_tells_its_health_and_waits_for_that_of_others(name: str) -> None:
    service = SERVICES[name]
    check = service["healthcheck"]
    assert check["test"][0] == "CMD"
    assert {"interval", "timeout", "retries"} <= set(check)
    waits = service.get("depends_on", {})
    assert all(each == {"condition": "service_healthy"} for each in waits.values())
    assert set(waits) == {"prometheus": {"exporter", "alertmanager"}, "grafana": {"prometheus"}}.get(name, set())


def test_every_file_that_is_mounted_is_in_the_repository() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for source in (source for name in SERVICES for source in bound(name).values()):
        path = source.relative_to(ROOT).as_posix()
        assert any(file == path or file.startswith(f"{path}/") for file in tracked.splitlines()), path


@pytest.mark.parametrize("name", ["prometheus", "alertmanager"])
def test_containers_run_with_the_files_and_flags_of_make_stack(name: str, tmp_path: Path) -> None:
    (program,) = (each for each in programs(Ports(), tmp_path, ()) if each.name == name)
    without, within = flags(program.command), flags(SERVICES[name]["command"])
    shipped = here(name, within.pop("config.file"))
    assert shipped == ROOT / "stack" / f"{name}.yml"
    assert Path(without.pop("config.file")).read_text() == shipped.read_text()
    own = {"storage.path", "storage.tsdb.path", "web.listen-address"}
    assert {key: value for key, value in without.items() if key not in own} == {
        key: value for key, value in within.items() if key not in own
    }


def test_both_ways_the_rules_are_the_shipped_ones(tmp_path: Path) -> None:
    (pattern,) = PROMETHEUS["rule_files"]
    folder, name = pattern.rsplit("/", 1)
    assert name == "*.yml"
    within = flags(SERVICES["prometheus"]["command"])["config.file"].rpartition("/")[0]
    assert here("prometheus", f"{within}/{folder}") == ROOT / "alerts" / "rules"
    (program,) = (each for each in programs(Ports(), tmp_path, ()) if each.name == "prometheus")
    without = Path(flags(program.command)["config.file"]).parent
    assert (without / folder).resolve() == ROOT / "alerts" / "rules"


def test_the_demo_listens_where_published_ports_lead_and_takes_an_incident() -> None:
    command = SERVICES["exporter"]["command"]
    assert command == f"demo --web.listen-address=:{Ports().exporter} ${{INCIDENT:+--incident=${{INCIDENT:-}}}}"


def test_prometheus_scrapes_the_exporter_under_the_rules_job_and_tells_alertmanager() -> None:
    ports = Ports()
    scraped = [{"job_name": JOB, "static_configs": [{"targets": [f"{HOST}:{ports.exporter}"]}]}]
    told = {"alertmanagers": [{"static_configs": [{"targets": [f"{HOST}:{ports.alertmanager}"]}]}]}
    assert (PROMETHEUS["scrape_configs"], PROMETHEUS["alerting"]) == (scraped, told)


def provisioned(kind: str, item: str) -> dict[str, Any]:
    """The only item of the only file of one kind of provisioning, which the container sees in its place."""
    (file,) = (PROVISIONING / kind).iterdir()
    assert here("grafana", f"/etc/grafana/provisioning/{kind}/{file.name}") == file
    content = yaml.safe_load(file.read_text())
    assert set(content) == {"apiVersion", item}
    assert content["apiVersion"] == 1
    (only,) = content[item]
    return only


def test_grafana_s_default_data_source_is_this_prometheus() -> None:
    source = provisioned("datasources", "datasources")
    assert re.fullmatch(r"[a-zA-Z0-9_-]{1,40}", source["uid"])
    assert (source["type"], source["access"], source["isDefault"]) == ("prometheus", "proxy", True)
    assert source["url"] == f"http://{HOST}:{Ports().prometheus}"
    assert source["jsonData"]["timeInterval"] == PROMETHEUS["global"]["scrape_interval"]


def test_every_board_takes_the_default_data_source() -> None:
    kind = provisioned("datasources", "datasources")["type"]
    boards = sorted((ROOT / "dashboards").glob("*.json"))
    assert boards
    for board in boards:
        variables = json.loads(board.read_text())["templating"]["list"]
        (source,) = (each for each in variables if each["type"] == "datasource")
        assert source["query"] == kind, board.name
        assert source.get("current", {}).get("value") in {None, "", "default"}, board.name


def test_grafana_finds_the_boards_and_begins_with_the_overview() -> None:
    provider = provisioned("dashboards", "providers")
    environment = SERVICES["grafana"]["environment"]
    path = provider["options"]["path"]
    assert (provider["type"], provider["folder"], path) == ("file", "ORCHEX-KILO", "${ORCHEX_KILO_BOARDS}")
    assert here("grafana", environment["ORCHEX_KILO_BOARDS"]) == ROOT / "dashboards"
    home = here("grafana", environment["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
    assert home.parent == ROOT / "dashboards"
    assert json.loads(home.read_text())["uid"] == "orchex-kilo-sre-overview"


def test_grafana_s_visitors_look_and_nobody_logs_in() -> None:
    environment = SERVICES["grafana"]["environment"]
    assert environment["GF_AUTH_ANONYMOUS_ENABLED"] == "true"
    assert environment["GF_AUTH_ANONYMOUS_ORG_ROLE"] == "Viewer"
    assert environment["GF_AUTH_DISABLE_LOGIN_FORM"] == "true"
    assert environment["GF_AUTH_BASIC_ENABLED"] == "false"
