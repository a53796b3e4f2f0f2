"""Expressions that choose cases by words, as pytest's -k does: "relu and not (leaky or slow)"."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from gradcheck.errors import CaseError

Chooser = Callable[["Labels"], bool]

_TOKEN = re.compile(r"""\s*(?:([()])|"([^"]*)"|'([^']*)'|([^\s()"']+))""")
_OPERATORS = ("and", "or", "not", "(", ")")
_DEEPEST = 50
"""So many brackets and nots may stand within each other."""


@dataclass(frozen=True, kw_only=True)
class Labels:
    """The words that a case answers to."""

    name: str
    theme: str = ""
    tags: Iterable[str] = ()
    file: str = ""

    def have(self, word: str) -> bool:
        """Tell whether one of them holds a word, or fits it as a whole if it is a pattern."""
        lower = word.lower()
        pattern = lower if set("*?[") & set(lower) else f"*{lower}*"
        file = Path(self.file)
        labels = (self.name, self.theme, *self.tags, file.name if "." in word else file.stem)
        return any(
            label.lower() == lower or fnmatchcase(label.lower(), pattern)
            for label in labels
            if label
        )


def chosen(expressions: Iterable[str], labels: Labels) -> bool:
    """Tell whether one of the expressions chooses a case; if there are none, it is chosen."""
    listed = tuple(expressions)
    return not listed or any(chooser(expression)(labels) for expression in listed)


@cache
def chooser(expression: str) -> Chooser:
    """Read an expression of words with and, or, not and brackets; quotes keep a word together.

    Raises
    ------
    CaseError
        If it is none.

    Examples
    --------
    >>> wanted = chooser("relu and not (leaky or slow)")
    >>> wanted(Labels(name="relu")), wanted(Labels(name="leaky_relu"))
    (True, False)
    """
    tokens = _Tokens(expression)
    chooses = _either(tokens, 0)
    tokens.require(None, "and, or, or the end")
    return chooses


@dataclass(frozen=True)
class _Token:
    text: str
    is_quoted: bool


class _Tokens:
    """The tokens of an expression that are still to be read."""

    def __init__(self, expression: str) -> None:
        self._expression = expression
        self._left = list(_tokens(expression))[::-1]

    def take(self, operator: str) -> bool:
        """Take an operator if it comes next."""
        found = self._next_operator() == operator
        if found:
            self._left.pop()
        return found

    def word(self) -> str:
        """Take a word, which must come next."""
        if not self._left or self._next_operator() is not None:
            raise self.problem("a word, not or (")
        return self._left.pop().text

    def require(self, operator: str | None, expected: str) -> None:
        """Take an operator, or with None the end, which must come next."""
        if operator is None and not self._left:
            return
        if operator is None or not self.take(operator):
            raise self.problem(expected)

    def problem(self, expected: str) -> CaseError:
        """Say what was expected, and what came instead."""
        came = repr(self._left[-1].text) if self._left else "the end"
        return CaseError(
            f"{self._expression!r} is no expression: expected {expected}, got {came}; write words "
            "with and, or, not and brackets between, such as 'relu and not (leaky or slow)', and "
            "put what has spaces or brackets of its own in quotes"
        )

    def _next_operator(self) -> str | None:
        if not self._left or self._left[-1].is_quoted:
            return None
        lower = self._left[-1].text.lower()
        return lower if lower in _OPERATORS else None


def _tokens(expression: str) -> Iterator[_Token]:
    position, text = 0, expression.rstrip()
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise CaseError(f"{expression!r} is no expression: a quote in it is not closed")
        bracket, double, single, plain = found.groups()
        quoted = double if double is not None else single
        yield _Token(bracket or plain or quoted or "", is_quoted=quoted is not None)
        position = found.end()


def _either(tokens: _Tokens, depth: int) -> Chooser:
    parts = [_both(tokens, depth)]
    while tokens.take("or"):
        parts.append(_both(tokens, depth))
    return lambda labels: any(part(labels) for part in parts)


def _both(tokens: _Tokens, depth: int) -> Chooser:
    parts = [_one(tokens, depth)]
    while tokens.take("and"):
        parts.append(_one(tokens, depth))
    return lambda labels: all(part(labels) for part in parts)


def _one(tokens: _Tokens, depth: int) -> Chooser:
    if depth > _DEEPEST:
        raise tokens.problem("less nesting")
    if tokens.take("not"):
        negated = _one(tokens, depth + 1)
        return lambda labels: not negated(labels)
    if tokens.take("("):
        inside = _either(tokens, depth + 1)
        tokens.require(")", "and, or, or )")
        return inside
    word = tokens.word()
    return lambda labels: labels.have(word)
