"""Debian's Chromium, headless, as a user would have it: what it shows, and what it complains of."""

import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--enable-logging=stderr",
)


class Seen(NamedTuple):
    """The document after loading, as HTML, and what the page wrote to the console."""

    dom: str
    console: str


def look(url: str, folder: Path, *, width: int = 1280, dark: bool = False) -> Seen:
    """Opens `url` in a window of this width and gives its document."""
    done = _chromium(folder, width, "--dump-dom", url, dark=dark)
    console = "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)
    return Seen(done.stdout, console)


def photograph(url: str, folder: Path, picture: Path, *, width: int = 1280, dark: bool = False) -> None:
    """A picture of the window, 900 pixels high."""
    _chromium(folder, width, f"--screenshot={picture}", url, dark=dark)


def _chromium(folder: Path, width: int, *what: str, dark: bool) -> subprocess.CompletedProcess[str]:
    program = shutil.which("chromium")
    assert program, "these tests need Chromium; as root: apt-get install chromium"
    profile = folder / "profile"
    shutil.rmtree(profile, ignore_errors=True)
    scheme = ("--blink-settings=preferredColorScheme=0",) if dark else ()
    arguments = [program, *FLAGS, *scheme, f"--user-data-dir={profile}", f"--window-size={width},900", *what]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"Chromium ended with {done.returncode}:\n{done.stderr}"
    return done
