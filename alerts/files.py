"""Files that are built: written where they have drifted, or only told of. It knows nothing of what is in them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click


def settle(folder: Path, files: Mapping[str, str], *, check: bool, command: str) -> int:
    """Writes what differs, and tells its path; with `check` only tells it. The exit code: 1 if a check found drift."""
    drifted = {folder / path: content for path, content in files.items() if not _holds(folder / path, content)}
    for path, content in drifted.items():
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        click.echo(f"{path} {f'differs; run: {command}' if check else 'written'}", err=check)
    return int(bool(drifted) and check)


def _holds(path: Path, content: str) -> bool:
    return path.exists() and path.read_text() == content
