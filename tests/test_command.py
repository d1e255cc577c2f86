"""Commands: their output, their limits, and that nothing of them is left behind."""

import os
import sys
import time
from pathlib import Path

import pytest

from exporter import command
from exporter.errors import CommandFailed, TimedOut

SLACK = 5.0


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def gone(pid: int) -> bool:
    """Whether the process has ended, waited for until it has, or 5 s have passed."""
    for _ in range(500):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False


def test_output_errors_and_code_are_given() -> None:
    ended = command.run(python("import sys; print('out'); print('one\\ntwo\\n', file=sys.stderr); sys.exit(7)"), 30)
    assert (ended.code, ended.output, ended.last_error) == (7, b"out\n", "two")


def test_a_silent_command_has_no_last_error() -> None:
    assert command.run(python(""), 30) == command.Finished(0, b"", b"")
    assert command.Finished(1, b"", b"\n  \n").last_error == ""
    assert command.Finished(1, b"", b"caf\xff").last_error == "caf\ufffd"


def test_a_command_that_a_signal_ends_has_a_negative_code() -> None:
    assert command.run(python("import os; os.kill(os.getpid(), 15)"), 30).code == -15


def test_there_is_no_shell_and_no_input() -> None:
    ended = command.run((*python("import sys; print(sys.argv[1:], repr(sys.stdin.read()))"), "$HOME", "a b", ";ls"), 30)
    assert ended.output == b"['$HOME', 'a b', ';ls'] ''\n"


def test_the_exporters_own_variables_are_kept_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORCHEX_KILO_SOURCES__GITHUB__TOKEN", "secret")
    monkeypatch.setenv("ORCHEX_TOKEN", "its own")
    seen = command.run(python("import os; print([n for n in sorted(os.environ) if n.startswith('ORCHEX')])"), 30)
    assert seen.output == b"['ORCHEX_TOKEN']\n"


def test_a_missing_command_is_named_without_its_arguments() -> None:
    with pytest.raises(CommandFailed, match="/no/such/program is not there") as raised:
        command.run(("/no/such/program", "--token", "secret"), 30)
    assert "secret" not in str(raised.value)


def test_a_file_that_is_no_program_is_named(tmp_path: Path) -> None:
    (tmp_path / "status").write_text("{}")
    with pytest.raises(CommandFailed, match="status cannot be started: PermissionError"):
        command.run((str(tmp_path / "status"),), 30)
    with pytest.raises(CommandFailed, match="cannot be started: ValueError"):
        command.run(("true", "\0"), 30)


def test_the_whole_group_is_killed_when_the_time_is_over(tmp_path: Path) -> None:
    """The grandchild keeps the pipe open, so killing only the child would leave the reader waiting."""
    pids = tmp_path / "pids"
    code = (
        "import os, subprocess, sys, time, pathlib;"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)']);"
        f"pathlib.Path({str(pids)!r}).write_text(f'{{os.getpid()}} {{child.pid}}'); time.sleep(300)"
    )
    begun = time.monotonic()
    with pytest.raises(TimedOut, match=r"did not end within 2 s"):
        command.run(python(code), 2)
    assert time.monotonic() - begun < 2 + SLACK
    for pid in map(int, pids.read_text().split()):
        assert gone(pid)


def test_a_time_limit_may_be_longer_than_the_system_can_wait_at_once() -> None:
    assert command.run(python("print('done')"), 60 * 86400).output == b"done\n"


def test_a_command_that_closes_its_output_is_limited_too() -> None:
    begun = time.monotonic()
    with pytest.raises(TimedOut):
        command.run(python("import os, time; os.close(1); os.close(2); time.sleep(300)"), 0.3)
    assert time.monotonic() - begun < SLACK


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_command_that_writes_too_much_is_killed(stream: str) -> None:
    begun = time.monotonic()
    endless = f"import sys\nwhile True: sys.{stream}.write('x' * 65536)"
    with pytest.raises(CommandFailed, match=f"{sys.executable} wrote more than {command.MAX_OUTPUT} bytes"):
        command.run(python(endless), 30)
    assert time.monotonic() - begun < SLACK


def test_as_much_as_is_allowed_is_read() -> None:
    ended = command.run(python(f"print('x' * {command.MAX_OUTPUT - 1})"), 30)
    assert len(ended.output) == command.MAX_OUTPUT


def test_it_has_a_process_group_of_its_own() -> None:
    ended = command.run(python("import os; print(os.getpid() == os.getpgid(0))"), 30)
    assert ended.output == b"True\n"
    assert os.getpgid(0) != 0


def test_an_environment_that_is_given_is_all_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY", "ours")
    seen = command.run(
        python("import os; print(os.environ.get('CANARY'), os.environ['GIVEN'])"), 30, environment={"GIVEN": "theirs"}
    )
    assert seen.output == b"None theirs\n"


def test_it_works_in_the_folder_that_it_is_given(tmp_path: Path) -> None:
    assert command.run(python("import os; print(os.getcwd())"), 30, folder=tmp_path).output == f"{tmp_path}\n".encode()
    with pytest.raises(CommandFailed, match=rf"cannot be started: there is no folder {tmp_path}/gone"):
        command.run(python(""), 30, folder=tmp_path / "gone")


@pytest.mark.parametrize("size", [1, 1_000_000])
def test_it_reads_what_it_is_given_while_it_writes(size: int) -> None:
    """More than the pipes hold goes both ways at once: whoever first wrote all and then read would wait for ever."""
    echo = "import sys, shutil; shutil.copyfileobj(sys.stdin.buffer, sys.stdout.buffer, 4096)"
    assert command.run(python(echo), 30, given=b"x" * size).output == b"x" * size


def test_it_need_not_read_what_it_is_given() -> None:
    assert command.run(python("print('done')"), 30, given=b"x" * 1_000_000).output == b"done\n"


def test_the_limit_of_its_output_may_be_another() -> None:
    assert len(command.run(python("print('x' * 2_000_000)"), 30, most=3_000_000).output) == 2_000_001
    with pytest.raises(CommandFailed, match="wrote more than 10 bytes"):
        command.run(python("print('x' * 11)"), 30, most=10)
