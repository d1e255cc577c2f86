"""A page as a reader has it: elements, their text, and tables as rows by the heads of their columns."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser

from exporter.status.shape import Status
from exporter.web.scorecard import page

VOID = {"meta", "link", "img", "br", "hr", "input", "wbr", "base", "rect", "line", "path", "circle"}
JOINED = {"wbr"}
"""Elements that part no words."""


class Element:
    """An element with what it holds."""

    def __init__(self, tag: str, attributes: dict[str, str | None]) -> None:
        self.tag, self.attributes = tag, attributes
        self.children: list[Element | str] = []

    def __getitem__(self, name: str) -> str | None:
        return self.attributes[name]

    def walk(self) -> Iterator[Element]:
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def all(self, *tags: str) -> list[Element]:
        return [each for each in self.walk() if each.tag in tags]

    def at(self, place: str) -> Element:
        """The element with this id."""
        [found] = [each for each in self.walk() if each.attributes.get("id") == place]
        return found

    @property
    def text(self) -> str:
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        if self.tag in ("style", "option"):
            return
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                space = "" if child.tag in JOINED else " "
                yield space
                yield from child._texts()
                yield space

    def table(self, caption: str) -> list[dict[str, str]]:
        """The rows of the table whose caption begins so, without those that head a group."""
        [found] = [each for each in self.all("table") if each.all("caption")[0].text.startswith(caption)]
        head, *rows = ([cell.text for cell in row.all("th", "td")] for row in found.all("tr"))
        return [dict(zip(head, row, strict=True)) for row in rows if len(row) > 1]

    def row(self, caption: str, first: str) -> dict[str, str]:
        """The row of that table whose first cell begins so."""
        [found] = [row for row in self.table(caption) if next(iter(row.values())).startswith(first)]
        return found


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self._open[-1].children.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def read(text: str) -> Element:
    """Fails on an element that is not closed where it should be."""
    parser = _Parser()
    parser.feed(text)
    parser.close()
    assert len(parser._open) == 1, f"<{parser._open[-1].tag}> is not closed"
    return parser.root


def shown(status: Status, team: str | None = None) -> Element:
    """The page of a document that was just made."""
    return read(page(status, status.taken_at, "nonce", team))
