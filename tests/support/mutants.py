"""Rules with one small mistake each: what can be written wrong in an expression, and in the times of an alert."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import promql_parser

from tests.support.promtool import Data, Rule

TOKEN = re.compile(
    r"""(?P<space>\s+|\#[^\n]*)
      | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<duration>(?:\d+(?:ms|[smhdwy]))+)
      | (?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)
      | (?P<word>[a-zA-Z_][\w:]*)
      | (?P<sign>[=!]~|[=!<>]=|[-+*/%^<>=(){}\[\],:@])""",
    re.VERBOSE,
)
OTHERS = {
    ">": (">=", "<"),
    ">=": (">", "<="),
    "<": ("<=", ">"),
    "<=": ("<", ">="),
    "==": ("!=",),
    "!=": ("==",),
    "and": ("unless", "or"),
    "unless": ("and", "or"),
    "or": ("and", "unless"),
    "+": ("-",),
    "-": ("+",),
    "*": ("/",),
    "/": ("*",),
}
"""What may be written in place of an operator. `>=` for `==` is left out: of what is 0 or 1 it says the same."""
LISTS = ("by", "without", "on", "ignoring", "group_left", "group_right")
MUCH = 100
"""Whole numbers below this are changed by 1, all else by a hundredth: a threshold's test is as near to it."""


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    begin: int
    end: int


@dataclass(frozen=True)
class Edit:
    """Another text in place of what stands from `begin` to `end`."""

    begin: int
    end: int
    text: str

    def of(self, expression: str) -> str:
        return expression[: self.begin] + self.text + expression[self.end :]


@dataclass(frozen=True)
class Mutant:
    """`change` says what is different, as the changed line before and after."""

    rule: Rule
    change: str
    data: Data

    @property
    def key(self) -> tuple[str, str]:
        return str(self.rule), self.change


def tokens(expression: str) -> list[Token]:
    """Without spaces and comments. ValueError where the expression has what is not known here."""
    found: list[Token] = []
    place = 0
    while place < len(expression):
        match = TOKEN.match(expression, place)
        if match is None:
            raise ValueError(f"what is this: {expression[place:]}")
        if match.lastgroup != "space":
            found.append(Token(str(match.lastgroup), match[0], place, match.end()))
        place = match.end()
    return found


def mutants(rules: Iterable[Rule]) -> Iterator[Mutant]:
    """Every rule that differs from one of these by one mistake and that Prometheus would load.

    Where records say the same of other windows, or alerts the same of other things, the second and later ones are
    changed only where they differ from the first: the rest is the same text.
    """
    first: dict[str, list[Token]] = {}
    for rule in rules:
        found = tokens(rule.expr)
        known = first.setdefault(_outline(rule, found), found)
        yield from _told_apart([*_of_expression(rule, found, known), *_of_times(rule)])


def _outline(rule: Rule, found: Iterable[Token]) -> str:
    """The expression without its numbers and times, and of an alert without its strings."""
    left_out = ("number", "duration", "string" if rule.alerts else "")
    text = " ".join("_" if token.kind in left_out else token.text for token in found)
    return re.sub(r"\d+[mhd]\b", "_", text)


def _of_expression(rule: Rule, found: Sequence[Token], known: Sequence[Token]) -> Iterator[Mutant]:
    """`known` are the tokens of the first rule that says the same, which may be this one."""
    new = {token.begin for token, old in zip(found, known, strict=True) if found is known or token.text != old.text}
    changed = [_edited(rule, edit) for edit in _edits(found) if edit.begin in new]
    gaps = _gaps(found) if found is known else {}
    unmatched = [_unmatched(rule, label, gone) for label, gone in gaps.items()]
    return (each for each in (*changed, *unmatched) if _parses(each.data["expr"]))


def _edits(found: Sequence[Token]) -> Iterator[Edit]:
    """The mistakes that could be made in one place of an expression."""
    for index, token in enumerate(found):
        before = found[index - 1] if index else None
        if token.kind == "number":
            yield from (Edit(token.begin, token.end, text) for text in _near(token.text))
        elif token.kind == "duration":
            yield from (Edit(token.begin, token.end, text) for text in (_times_two(token.text), _half(token.text)))
        elif token.text == "{":
            yield from _in_braces(found[index:])
        elif token.text in LISTS and index + 1 < len(found) and found[index + 1].text == "(":
            yield from _in_list(found[index:])
        elif token.kind == "string" and before is not None and before.text in ("(", ","):
            yield Edit(token.begin, token.end, _changed(token.text))
        elif token.text == "bool":
            yield Edit(token.begin, token.end, "")
        elif token.text in OTHERS and not _in_matcher(found[:index]):
            yield from (Edit(token.begin, token.end, text) for text in _other(token, before))


def _near(text: str) -> tuple[str, ...]:
    value = float(text)
    if value.is_integer() and value < MUCH:
        return f"{value + 1:g}", f"{value - 1:g}"
    return f"{value * 1.01:.12g}", f"{value * 0.99:.12g}"


def _times_two(duration: str) -> str:
    return re.sub(r"\d+", lambda found: str(2 * int(found[0])), duration)


def _half(duration: str) -> str:
    seconds = promql_parser.parse_duration(duration).total_seconds() / 2
    return f"{seconds:.0f}s" if seconds.is_integer() else f"{seconds * 1000:.0f}ms"


def _changed(string: str) -> str:
    return f"{string[:-1]}x{string[-1]}"


def _other(token: Token, before: Token | None) -> tuple[str, ...]:
    """A minus that negates is taken away."""
    negates = token.text in "+-" and (before is None or (before.kind == "sign" and before.text not in ")]}"))
    return ("",) if negates else OTHERS[token.text]


def _in_matcher(before: Sequence[Token]) -> bool:
    braces = [token.text for token in before if token.text in ("{", "}")]
    return bool(braces) and braces[-1] == "{"


def _in_braces(found: Sequence[Token]) -> Iterator[Edit]:
    """Matchers: each with another string, or of several alternatives each left out."""
    for _, sign, string, _ in _matchers(found):
        words = _without_one(string.text) if sign.text in ("=~", "!~") else []
        yield from (Edit(string.begin, string.end, text) for text in words or [_changed(string.text)])


def _matchers(found: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Of the braces that `found` begins with: label, sign, string, and what follows."""
    index = 1
    while found[index].text != "}":
        yield found[index : index + 4]
        index += 4 if found[index + 3].text == "," else 3


def _gaps(found: Sequence[Token]) -> dict[str, list[Edit]]:
    """By label: all its matchers gone. One alone is often made good for by the others."""
    gaps: dict[str, list[Edit]] = {}
    for index, token in enumerate(found):
        for label, _, string, end in _matchers(found[index:]) if token.text == "{" else ():
            gap = Edit(label.begin, end.end if end.text == "," else string.end, "")
            gaps.setdefault(label.text, []).append(gap)
    return gaps


def _without_one(string: str) -> list[str]:
    words = string[1:-1].split("|")
    if len(words) == 1 or any(sign in string for sign in "()"):
        return []
    return [string[0] + "|".join(words[:place] + words[place + 1 :]) + string[-1] for place in range(len(words))]


def _in_list(found: Sequence[Token]) -> Iterator[Edit]:
    """Labels that are grouped by or matched on: each left out. An address has one job: `on` needs no test of that."""
    end = next(index for index, token in enumerate(found) if token.text == ")")
    labels = [token for token in found[2:end] if token.kind == "word"]
    for label in labels:
        if not (found[0].text == "on" and label.text == "job" and len(labels) > 1):
            rest = ", ".join(other.text for other in labels if other is not label)
            yield Edit(found[0].begin, found[end].end, f"{found[0].text} ({rest})")


def _unmatched(rule: Rule, label: str, gaps: Iterable[Edit]) -> Mutant:
    expression = rule.expr
    for gap in sorted(gaps, key=lambda gap: gap.begin, reverse=True):
        expression = gap.of(expression)
    return Mutant(rule, f"no matcher of {label}", {**rule.data, "expr": expression})


def _edited(rule: Rule, edit: Edit) -> Mutant:
    expression = edit.of(rule.expr)
    begin = rule.expr.rfind("\n", 0, edit.begin) + 1
    before = rule.expr[begin:].partition("\n")[0].strip()
    after = expression[begin:].partition("\n")[0].strip()
    return Mutant(rule, f"{before} ⇒ {after}", {**rule.data, "expr": expression})


def _of_times(rule: Rule) -> Iterator[Mutant]:
    """`for` and `keep_firing_for`: doubled and halved."""
    for key in ("for", "keep_firing_for"):
        if (text := rule.data.get(key)) is not None:
            for other in (_times_two(text), _half(text)):
                yield Mutant(rule, f"{key}: {text} ⇒ {other}", {**rule.data, key: other})


def _parses(expression: str) -> bool:
    try:
        promql_parser.parse(expression)
    except ValueError:
        return False
    return True


def _told_apart(found: Iterable[Mutant]) -> list[Mutant]:
    """Where lines are repeated, the same change has a number."""
    seen: Counter[str] = Counter()
    told: list[Mutant] = []
    for mutant in found:
        seen[mutant.change] += 1
        count = seen[mutant.change]
        told.append(mutant if count == 1 else replace(mutant, change=f"{mutant.change} ({count})"))
    return told
