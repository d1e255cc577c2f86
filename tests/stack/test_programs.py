"""What the stack needs before it starts: ports, and programs."""

import socket
from dataclasses import astuple
from pathlib import Path

import pytest
import yaml

from stack.programs import HOST, Ports, PortsTaken, free, missing, programs


def listening() -> socket.socket:
    return socket.create_server((HOST, 0))


def test_a_port_of_0_is_any_that_is_free() -> None:
    found = astuple(free(Ports(0, 0, 0)))
    assert 0 not in found
    assert len(set(found)) == 3


def test_a_port_that_is_free_is_the_one_that_was_wanted() -> None:
    with listening() as once:
        port = once.getsockname()[1]
    assert free(Ports(0, port, 0)).prometheus == port


def test_every_port_that_is_taken_is_told_with_its_option() -> None:
    with listening() as one, listening() as other:
        taken = one.getsockname()[1], other.getsockname()[1]
        with pytest.raises(PortsTaken) as told:
            free(Ports(0, *taken))
    first, second = told.value.args
    assert first.startswith(f"{HOST}:{taken[0]} cannot be used: another program listens there")
    assert first.endswith("--prometheus-port")
    assert second.startswith(f"{HOST}:{taken[1]} ")
    assert second.endswith("--alertmanager-port")


def test_a_program_under_either_of_its_names_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert missing() == ["prometheus", "prometheus-alertmanager"]
    for name in ("prometheus", "alertmanager"):
        program = tmp_path / name
        program.touch(mode=0o755)
    assert missing() == []


def test_other_ports_are_where_prometheus_looks_even_when_they_are_those_of_others(tmp_path: Path) -> None:
    usual = Ports()
    programs(Ports(exporter=usual.alertmanager, alertmanager=usual.exporter), tmp_path, ())
    written = yaml.safe_load((tmp_path / "stack" / "prometheus.yml").read_text())
    assert written["scrape_configs"][0]["static_configs"] == [{"targets": [f"{HOST}:{usual.alertmanager}"]}]
    assert written["alerting"]["alertmanagers"][0]["static_configs"] == [{"targets": [f"{HOST}:{usual.exporter}"]}]
