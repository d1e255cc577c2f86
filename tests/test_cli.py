"""The commands as users call them: output, exit codes, signals."""

import signal
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from exporter import __version__
from tests.support.exporter import Process, run, serving
from tests.support.replay import Answer, Manner, Request, Server
from tests.support.waiting import until

HEALTHY = {"status": "healthy", "version": "1.2.3"}


class Kilo:
    """A KILO that answers what it is told to."""

    def __init__(self) -> None:
        self.answer = Answer.of_json(HEALTHY)

    def __call__(self, request: Request) -> Answer:
        return self.answer


@pytest.fixture
def kilo() -> Iterator[Server]:
    with Server(Kilo()) as server:
        yield server


def configuration(server: Server, folder: Path, **kilo: object) -> dict[str, object]:
    return {
        "ledger": {"url": f"sqlite:///{folder}/ledger.db"},
        "sources": {"kilo": {"kind": "kilo", "url": server.url, "interval": "1s", **kilo}},
    }


def written(folder: Path, data: object) -> str:
    file = folder / "given.yml"
    file.write_text(yaml.safe_dump(data))
    return f"--config.file={file}"


def test_version(tmp_path: Path) -> None:
    done = run("version", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"orchex-kilo-exporter, version {__version__} (Python 3.")


def test_once_prints_the_exposition(tmp_path: Path, kilo: Server) -> None:
    done = run("once", written(tmp_path, configuration(kilo, tmp_path)), folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert 'orchex_kilo_component_up{component="kilo",source="kilo"} 1.0' in done.stdout.splitlines()


def test_once_names_the_source_that_failed(tmp_path: Path, kilo: Server) -> None:
    kilo.answer.answer = Answer(401)
    done = run("once", written(tmp_path, configuration(kilo, tmp_path, token="hunter2")), folder=tmp_path)
    assert done.returncode == 1
    assert f"source kilo failed: unauthorized: {kilo.url}/health: 401" in done.stderr
    assert 'orchex_kilo_source_up{kind="kilo",source="kilo"} 0.0' in done.stdout.splitlines()
    assert "hunter2" not in done.stdout + done.stderr


def test_check_config_says_valid(tmp_path: Path, kilo: Server) -> None:
    done = run("check-config", written(tmp_path, configuration(kilo, tmp_path)), folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"{tmp_path}/given.yml: valid, 1 sources: kilo\n")


def test_check_config_names_each_fault_and_exits_with_2(tmp_path: Path, kilo: Server) -> None:
    faulty = {**configuration(kilo, tmp_path, intervall="1s"), "wep": {}}
    done = run("check-config", written(tmp_path, faulty), folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 2


def test_check_config_shows_what_is_in_effect_without_secrets(tmp_path: Path, kilo: Server) -> None:
    given = written(tmp_path, configuration(kilo, tmp_path))
    done = run("check-config", given, "--effective", folder=tmp_path, ORCHEX_KILO_SOURCES__KILO__TOKEN="hunter2")
    shown = yaml.safe_load(done.stdout)
    assert shown["sources"]["kilo"] | {"token": "**********", "interval": 1.0} == shown["sources"]["kilo"]
    assert "hunter2" not in done.stdout


@pytest.mark.parametrize("command", ["serve", "once", "check-config"])
def test_a_configuration_that_cannot_be_used_is_exit_code_2(tmp_path: Path, command: str) -> None:
    done = run(command, "--config.file=none.yml", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "none.yml: cannot be read (No such file or directory); name the file with --config.file"
    ]


def test_a_ledger_that_cannot_be_used_is_exit_code_2(tmp_path: Path, kilo: Server) -> None:
    (tmp_path / "ledger.db").write_bytes(b"this is no database, but it is somebody's file" * 100)
    done = run("once", written(tmp_path, configuration(kilo, tmp_path)), folder=tmp_path)
    assert done.returncode == 2
    assert "ledger.db" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "ledger.db").read_bytes().startswith(b"this is no database")


def test_an_address_that_is_taken_is_exit_code_2(tmp_path: Path, kilo: Server) -> None:
    taken = kilo.url.removeprefix("http://")
    given = written(tmp_path, configuration(kilo, tmp_path))
    done = run("serve", given, f"--web.listen-address={taken}", folder=tmp_path)
    assert done.returncode == 2
    assert "the port is taken" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_ends_cleanly_on_a_signal(tmp_path: Path, kilo: Server, number: int) -> None:
    with serving(tmp_path, configuration(kilo, tmp_path)) as process:
        process.ready()
        assert process.stop(number) == 0
        assert "Traceback" not in process.log


def test_a_secret_file_is_read_again_when_it_changes(tmp_path: Path, kilo: Server) -> None:
    secret = tmp_path / "key"
    secret.write_text("hunter-one\n")
    secret.chmod(stat.S_IRUSR)
    with serving(tmp_path, configuration(kilo, tmp_path, token_file=str(secret))) as process:
        process.ready()
        assert "hunter-one" in kilo.requests[-1].headers.values()
        secret.chmod(stat.S_IRUSR | stat.S_IWUSR)
        secret.write_text("hunter-two\n")
        until(lambda: "hunter-two" in kilo.requests[-1].headers.values(), "the new secret is used")
        assert "hunter-one" not in process.log + process.get("/").text + process.get("/metrics").text


def reloads(process: Process, outcome: str) -> float | None:
    return process.value("orchex_kilo_exporter_config_reloads_total", outcome=outcome)


def test_sighup_loads_a_new_configuration_without_losing_counts(tmp_path: Path, kilo: Server) -> None:
    given = configuration(kilo, tmp_path)
    with serving(tmp_path, given) as process:
        process.ready()
        before = until(lambda: process.value("orchex_kilo_source_poll_duration_seconds_count", source="kilo"), "a poll")
        given["sources"]["second"] = {"kind": "kilo", "url": kilo.url, "interval": "1s"}
        (tmp_path / "config.yml").write_text(yaml.safe_dump(given))
        process.process.send_signal(signal.SIGHUP)
        until(lambda: process.value("orchex_kilo_source_up", source="second"), "the second source is polled")
        assert process.value("orchex_kilo_source_poll_duration_seconds_count", source="kilo") >= before
        assert reloads(process, "success") == 1
        del given["sources"]["second"]
        (tmp_path / "config.yml").write_text(yaml.safe_dump(given))
        process.process.send_signal(signal.SIGHUP)
        until(lambda: process.value("orchex_kilo_source_up", source="second") is None, "the second source is gone")


def test_a_bad_new_configuration_is_refused_and_the_old_one_stays(tmp_path: Path, kilo: Server) -> None:
    with serving(tmp_path, configuration(kilo, tmp_path), "--web.enable-lifecycle") as process:
        process.ready()
        (tmp_path / "config.yml").write_text("sources: {}\n")
        process.process.send_signal(signal.SIGHUP)
        until(lambda: reloads(process, "failure") == 1, "the refusal is counted")
        assert process.value("orchex_kilo_exporter_config_last_reload_successful") == 0
        assert process.value("orchex_kilo_source_up", source="kilo") == 1
        refused = process.post("/-/reload")
        assert refused.status_code == 500
        assert "sources: dictionary should have at least 1 item" in refused.text
        (tmp_path / "config.yml").write_text(yaml.safe_dump(configuration(kilo, tmp_path)))
        assert process.post("/-/reload").status_code == 200
        assert process.value("orchex_kilo_exporter_config_last_reload_successful") == 1


def test_what_needs_a_restart_is_refused_by_name(tmp_path: Path, kilo: Server) -> None:
    given = configuration(kilo, tmp_path)
    with serving(tmp_path, given, "--web.enable-lifecycle") as process:
        process.ready()
        given["ledger"] = {"url": f"sqlite:///{tmp_path}/other.db"}
        (tmp_path / "config.yml").write_text(yaml.safe_dump(given))
        assert "ledger.url: cannot change while running; restart the exporter" in process.post("/-/reload").text


def test_reload_over_http_is_off_unless_enabled(tmp_path: Path, kilo: Server) -> None:
    with serving(tmp_path, configuration(kilo, tmp_path)) as process:
        assert process.ready().post("/-/reload").status_code == 403


def test_no_scrape_fails_while_configurations_are_loaded(tmp_path: Path, kilo: Server) -> None:
    with serving(tmp_path, configuration(kilo, tmp_path), "--web.enable-lifecycle") as process:
        process.ready()
        for _ in range(5):
            assert process.post("/-/reload").status_code == 200
            assert process.get("/metrics").status_code == 200
            assert process.value("orchex_kilo_component_up") == 1


def test_json_logs(tmp_path: Path, kilo: Server) -> None:
    with serving(tmp_path, configuration(kilo, tmp_path), "--log.format=json") as process:
        process.ready()
        assert '"msg": "listening"' in process.log


def test_a_poll_that_hangs_holds_up_the_end_no_longer_than_its_deadline(tmp_path: Path, kilo: Server) -> None:
    kilo.answer.answer = Answer(manner=Manner.HOLD)
    with serving(tmp_path, configuration(kilo, tmp_path, timeout="2s")) as process:
        until(lambda: kilo.requests, "a poll has begun")
        begun = time.monotonic()
        assert process.stop() == 0
        assert time.monotonic() - begun < 10
