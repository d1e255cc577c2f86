"""How git may reach a repository: its whole environment, in which nothing of the machine's or a user's setup is left.

The token goes as a header in git's configuration by environment (`GIT_CONFIG_*`), which no other user can
read: it is on no command line and in no file. A header is sent at once, where a credential helper or
`GIT_ASKPASS` would cost a refused request each time; so that no other host can be sent it, redirects
are then not followed.

https://git-scm.com/docs/git#_environment_variables, https://git-scm.com/docs/git-config#Documentation/git-config.txt-GITCONFIGCOUNT
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from exporter.errors import SecretUnreadable
from exporter.providers.base import TlsOptions
from exporter.providers.git.address import Address

KEPT = (
    "PATH",
    "TMPDIR",
    "SSH_AUTH_SOCK",
    *(name for proxy in ("http", "https", "all", "no") for name in (f"{proxy}_proxy", f"{proxy}_proxy".upper())),
)
"""What git has of our environment: where programs are, the agent that holds ssh keys, and proxies."""
FIXED = {
    "GIT_ASKPASS": "",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "HOME": os.devnull,  # curl would look for a .netrc there
    "LC_ALL": "C",
}
SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "credential.helper": "",
    "fetch.recurseSubmodules": "false",
    "fetch.unpackLimit": "1",  # each fetch is one pack, so that they can be counted
    "gc.auto": "0",
    "maintenance.auto": "false",
}
SSH_CONNECT_TIMEOUT = 10
OWN_UPLOAD_PACK = "git -c safe.directory='*' upload-pack"
"""git refuses repositories on disk that belong to another user; ours were named by the operator."""


@dataclass(frozen=True, slots=True)
class Access:
    """What proves who we are, and who the server is. `headers` go with each HTTP request."""

    headers: Mapping[str, str]
    tls: TlsOptions
    ssh_key_file: Path | None = None
    known_hosts_file: Path | None = None

    def environment(self, address: Address) -> dict[str, str]:
        """All that git has to know for this address. SecretUnreadable: a file that it needs cannot be read."""
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        own = self._tls() if address.over_http else {}
        if address.protocol == "ssh":
            own = {"GIT_SSH_COMMAND": self._ssh(), "GIT_SSH_VARIANT": "ssh"}
        return {**kept, **FIXED, **own, "GIT_ALLOW_PROTOCOL": address.protocol, **_numbered(self._settings(address))}

    def _settings(self, address: Address) -> dict[str, str]:
        settings = {**SETTINGS, "remote.origin.url": address.for_git}
        if address.protocol == "file":
            settings["remote.origin.uploadpack"] = OWN_UPLOAD_PACK
        if address.over_http:
            proves = bool(self.headers or self.tls.cert_file)
            settings["http.followRedirects"] = "false" if proves else "initial"
            for name, value in self.headers.items():
                settings["http.extraHeader"] = f"{name}: {value}"
        return settings

    def _tls(self) -> dict[str, str]:
        files = {
            "GIT_SSL_CAINFO": self.tls.ca_file,
            "GIT_SSL_CERT": self.tls.cert_file,
            "GIT_SSL_KEY": self.tls.key_file,
        }
        there = {name: _readable(file) for name, file in files.items() if file is not None}
        return there | ({"GIT_SSL_NO_VERIFY": "true"} if self.tls.insecure_skip_verify else {})

    def _ssh(self) -> str:
        """ssh without a user's configuration and without questions; a host that is not known is refused."""
        options = ["BatchMode=yes", "StrictHostKeyChecking=yes", f"ConnectTimeout={SSH_CONNECT_TIMEOUT}"]
        if self.ssh_key_file is not None:
            options += [f"IdentityFile={_quoted(self.ssh_key_file)}", "IdentitiesOnly=yes"]
        if self.known_hosts_file is not None:
            known = _quoted(self.known_hosts_file)
            options += [f"UserKnownHostsFile={known}", f"GlobalKnownHostsFile={known}"]
        return shlex.join(["ssh", "-F", os.devnull, *(word for option in options for word in ("-o", option))])


def _numbered(settings: Mapping[str, str]) -> dict[str, str]:
    """Settings as git takes them from its environment."""

    def pairs() -> Iterator[tuple[str, str]]:
        yield "GIT_CONFIG_COUNT", str(len(settings))
        for number, (key, value) in enumerate(settings.items()):
            yield f"GIT_CONFIG_KEY_{number}", key
            yield f"GIT_CONFIG_VALUE_{number}", value

    return dict(pairs())


def _readable(file: Path) -> str:
    """The file's whole path, for git works in another folder."""
    if not os.access(file, os.R_OK):
        raise SecretUnreadable(f"cannot read {file}; check its path and rights")
    return str(file.absolute())


def _quoted(file: Path) -> str:
    """A path as ssh takes it in an option: in quotes, with nothing to expand."""
    escaped = _readable(file).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'
