"""`make stack`'s program as a process."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.waiting import PATIENCE, until

ROOT = Path(__file__).parent.parent.parent


class Stack:
    """The running program; what it says goes to a file, and what it writes into a folder of its own."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        self._output = folder / "output"
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "stack", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=ROOT,
                env={**os.environ, "TMPDIR": str(self.temporary)},
            )

    @property
    def said(self) -> str:
        return self._output.read_text()

    @property
    def children(self) -> list[int]:
        """The ids of the programs that it has started."""
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def address(self, title: str) -> str:
        """Where it says that something is; waits until it does."""
        found = until(lambda: re.search(rf"^{title}\s+(http\S+)$", self.said, re.MULTILINE), f"{title} is told", 60)
        return found[1]

    def stop(self, number: int) -> int:
        """Sends the signal and waits for the end; gives the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@contextmanager
def started(folder: Path, *arguments: str) -> Iterator[Stack]:
    stack = Stack(folder, *arguments)
    try:
        yield stack
    finally:
        if stack.process.poll() is None:
            stack.process.terminate()
            stack.process.wait(PATIENCE)
