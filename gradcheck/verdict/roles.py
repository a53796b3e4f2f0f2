"""Speak of the functions by the names that the caller knows them by: "jvp" instead of "df"."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from gradcheck.errors import CaseError
from gradcheck.verdict.result import Result

Roles = Mapping[str, str]
"""What f, df and x are called."""

_FOREIGN = re.compile(r"(^\w+: | raised .*?(?= at x = |$))", re.DOTALL)
"""The name of the case, and the words of an exception: they are the user's own."""
_NAME = re.compile(r"(?<![\w.\"'])(df|f|x)(?![\w\"'])")


def renamed(text: str, roles: Roles) -> str:
    """Put the caller's names in place of f, df and x.

    Examples
    --------
    >>> renamed("df disagrees with the differences of f", {"f": "df", "df": "hess"})
    'hess disagrees with the differences of df'
    >>> renamed("f raised ValueError: no x at x = 3", {"f": "jvp", "x": "v"})
    'jvp raised ValueError: no x at v = 3'
    """
    parts = _FOREIGN.split(text)
    parts[::2] = [_NAME.sub(lambda found: roles.get(found[1], found[1]), own) for own in parts[::2]]
    return "".join(parts)


@contextmanager
def speaking(roles: Roles) -> Iterator[None]:
    """Let errors speak of the functions by the caller's names.

    Raises
    ------
    CaseError
        As it came, in other words.
    """
    try:
        yield
    except CaseError as error:
        raise CaseError(renamed(str(error), roles)) from error.__cause__


def retold(result: Result, roles: Roles) -> Result:
    """Return a result whose words name the functions as the caller does."""
    return replace(
        result,
        message=renamed(result.message, roles),
        findings=tuple(
            replace(finding, message=renamed(finding.message, roles)) for finding in result.findings
        ),
        notes=tuple(renamed(note, roles) for note in result.notes),
    )
