"""Plain git: repositories on any server, by their clone addresses. Evidence and merges; git knows no runs.

How the parts share the work: `address` understands clone addresses, `access` what proves who we are,
`program` runs git and `failures` understands what it complains of, `remote` asks where a default
branch stands, `mirror` keeps a copy, `contents` reads the evidence in it, `history` and `changes`
the merges. This module is the configuration and the order of the questions.

A change is a merge commit on the default branch's first-parent line: merged when it was committed,
begun with the oldest author date among the commits that its other parents brought in, and opened
then too, for git knows no opening. A squashed or rebased change leaves no trace of what it was made of:
it is no different from a commit of its own, and is not counted.

What a poll costs, with N repositories, in programs that are run, and in requests where the address is
one of HTTP and the server speaks version 2 of git's protocol (a token costs none more):

    nothing changed      N programs, N requests
    a pushed one         4 programs and 3 requests more, +1 request for each further round in which git
                         and the server find out what they have in common, and
      evidence is new    +2 programs and 2 requests; +1 program alone where the server leaves nothing out
      an old branch      +2 programs and 3 requests for each of at most 3 depths until every new merge is whole,
                         and +1 program each time that a cut in the history has to be looked at
      all is older       +2 programs and 3 requests: a branch with no commit within twice `history`
    the first poll       as if all were pushed, +1 program each to make the mirror, +1 to ask git's version
    an empty one         +1 program and 2 requests

Each repository's mirror is made anew after 50 fetches, so that it does not grow for ever. A
repository may take half of the time that is left, the last one all of it; a poll that is cut short goes
on with the next repository after the last one that was done.

Dates of commits are people's, and believed in one thing: a commit is younger than its parents. Where that is
wrong by more than `history`, a shallow history may end too early, and merges below its end are not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from exporter.errors import RateLimited, SourceError
from exporter.evidence import EvidenceRules
from exporter.http import Auth, Http, NoAuth
from exporter.model import Facts, Seconds
from exporter.providers.base import Basic, Capability, Duration, Since, WebProvider, secret_of
from exporter.providers.common.host import CURSOR, rotated
from exporter.providers.git import program
from exporter.providers.git.access import Access
from exporter.providers.git.address import Address, parse_addresses
from exporter.providers.git.mirror import default_cache, usable
from exporter.providers.git.outcomes import Outcome, scope_of, share, steps
from exporter.providers.git.reading import Reading

__all__ = ["Git"]


def _listed(addresses: object) -> object:
    """One address is a list of one: else a message about it would quote it, and it may hold a password."""
    return [addresses] if isinstance(addresses, str) else addresses


def _understood(addresses: tuple[str, ...]) -> tuple[str, ...]:
    parse_addresses(addresses)
    return addresses


class Git(WebProvider):
    """Repositories on any git server: what their default branches show, and the merges into them."""

    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.REPOSITORIES, Capability.CHANGES})
    vcs_provider_name: ClassVar[str] = "git"

    kind: Literal["git"]
    interval: Annotated[Duration, Field(ge=1, le=86400)] = 60.0
    timeout: Annotated[Duration, Field(ge=0.1, le=3600)] = 50.0
    repositories: Annotated[tuple[str, ...], Field(min_length=1), AfterValidator(_understood), BeforeValidator(_listed)]
    """Clone addresses: `https://HOST/PATH`, `ssh://USER@HOST/PATH`, `USER@HOST:PATH`, or the path of a bare
    repository. Without a user or password in them."""
    user: Annotated[str, Field(pattern=r"^[^:\s]+$")] = "git"
    """The user whose token it is; most servers take any name."""
    ssh_key_file: Path | None = None
    """The private key for ssh, without a passphrase; the keys of ssh's agent otherwise."""
    known_hosts_file: Path | None = None
    """The host keys that are trusted for ssh; the machine's and the user's own otherwise."""
    cache: str | None = None
    """A folder for the mirrors; `orchex-kilo-exporter` in the user's cache folder, or in `.cache` of the working
    directory, otherwise. It can be removed at any time."""
    history: Duration = 604800.0
    """How far back the first poll reads merges, and the longest outage that a later one makes up for. What is
    younger may be told again: the ledger's retention must be longer."""
    evidence: EvidenceRules = EvidenceRules()
    """What counts as evidence here; the organisation's `evidence:` otherwise."""

    def auth(self) -> Auth:
        nobody = self.token is None and self.token_file is None
        return NoAuth() if nobody else Basic(self.user, self.token, self.token_file)

    def fetch(self, http: Http, since: Since) -> Iterator[Facts]:
        """First the scope, then one step for each repository, whole, from where the last poll was cut."""
        path = program.find()
        cache = default_cache() if self.cache is None else usable(Path(self.cache))
        addresses = parse_addresses(self.repositories)
        yield scope_of((address.repository for address in addresses), since)
        yield from steps(self._outcomes(path, rotated(addresses, since.get(CURSOR) or ""), cache, http, since))
        yield Facts(marks={CURSOR: ""})

    def _outcomes(
        self, path: str, addresses: Sequence[Address], cache: Path, http: Http, since: Since
    ) -> Iterator[Outcome]:
        for number, address in enumerate(addresses, 1):
            left = share(http, last=number == len(addresses))
            yield address.repository, self._outcome(path, address, cache, http, since, left)

    def _outcome(
        self, path: str, address: Address, cache: Path, http: Http, since: Since, left: Callable[[], Seconds]
    ) -> Facts | SourceError:
        """What is new of one repository, or why it cannot be read. A rate limit is the poll's matter, and raised."""
        try:
            access = Access(self.auth().headers(http), self.tls, self.ssh_key_file, self.known_hosts_file)
            environment, secret = access.environment(address), secret_of(self.token, self.token_file)
            asked = program.Git(path, address, environment, since.now, left, secret or "", http.usage.requests)
            return Reading(asked, cache, since, self.evidence, self.history).read(http)
        except RateLimited:
            raise
        except SourceError as error:
            return error
