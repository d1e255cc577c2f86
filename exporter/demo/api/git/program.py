"""The program git, run for its output, which ends with whoever waits for it. It knows no repository."""

from __future__ import annotations

import asyncio
import os
from asyncio.subprocess import PIPE
from collections.abc import Mapping, Sequence
from contextlib import suppress

ALONE = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C"}
"""Nobody's own configuration has a say."""


class GitFailed(Exception):
    """Git is not there, or said no."""


async def git(arguments: Sequence[str], given: bytes = b"", environment: Mapping[str, str] | None = None) -> bytes:
    """What git writes when it is `given` this. Raises GitFailed."""
    known = {**ALONE, "PATH": os.environ.get("PATH", os.defpath), **(environment or {})}
    try:
        process = await asyncio.create_subprocess_exec(
            "git", *arguments, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=known
        )
    except FileNotFoundError as error:
        raise GitFailed("git is not there; install it, or choose hosts without plain git") from error
    try:
        output, errors = await process.communicate(given)
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode:
        raise GitFailed(
            f"git {arguments[0]} ended with {process.returncode}: {errors.decode(errors='replace').strip()}"
        )
    return output
