"""What the default branch holds: its tree, and the few files whose text is evidence of the migration.

What files hold is fetched only when one of those files, or the evidence that paths alone give, is new.
It knows trees and blobs; what they mean is `exporter.evidence`'s.
"""

from __future__ import annotations

from collections.abc import Sequence

from exporter.errors import BadPayload
from exporter.evidence import EvidenceRules
from exporter.model import Facts, Repository
from exporter.providers.common.contents import ContentsMark, Files, Texts, digest_of, judged, told
from exporter.providers.git.mirror import Mirror


class HeadMark(ContentsMark):
    """`head` is the commit that was read."""

    head: str = ""

    def fits(self, head: str, rules: EvidenceRules) -> bool:
        return (self.head, self.rules) == (head, digest_of(rules))


def empty(repository: Repository, known: HeadMark, rules: EvidenceRules) -> Facts:
    """A repository to which nothing was ever pushed: it can be read, and shows no evidence."""
    return _judged(repository, "", {}, lambda _: {}, rules, known)


def read_contents(mirror: Mirror, repository: Repository, head: str, rules: EvidenceRules, known: HeadMark) -> Facts:
    """The evidence at `head`, if it is not what was known."""
    files = parse_tree(mirror.run("ls-tree", "-r", "-z", "--full-tree", head), str(repository))
    return _judged(repository, head, files, lambda paths: _texts(mirror, files, list(paths)), rules, known)


def _judged(
    repository: Repository, head: str, files: Files, texts: Texts, rules: EvidenceRules, known: HeadMark
) -> Facts:
    digest = digest_of(rules)
    mark, evidence = judged(known if known.rules == digest else HeadMark(), files, texts, rules)
    return told(repository, mark.model_copy(update={"head": head, "rules": digest}), evidence)


def _texts(mirror: Mirror, files: Files, wanted: Sequence[str]) -> dict[str, str]:
    if not wanted:
        return {}
    blobs = sorted({files[path] for path in wanted})
    mirror.bring_blobs(blobs)
    texts = mirror.read("blob", blobs)
    return {path: texts[files[path]] for path in wanted}


def parse_tree(listed: bytes, where: str) -> Files:
    """The files out of `git ls-tree -r -z`; what is neither file nor link, a submodule, is none."""
    entries = (entry.partition("\t") for entry in listed.decode("utf-8", errors="replace").split("\0") if entry)
    try:
        kinds = {path: about.split(" ") for about, _, path in entries}
        return {path: sha for path, (_, kind, sha) in kinds.items() if kind == "blob"}
    except ValueError as error:
        raise BadPayload(f"{where}: its tree cannot be read") from error
