"""Foreign text in Markdown that cannot mark up anything: a mention, a link, an image, a tag.

Services such as GitHub look for mentions (@user), issues (#123), commits and emoji (:name:) after
the Markdown is read, so that a backslash does not help. They leave code alone. Words of letters
and numbers stay as they are; everything else becomes code.
"""

import re
from itertools import groupby

from gradcheck.output.entry import printable

_PLAIN = re.compile(
    r"(?!.*([0-9a-f]{7}|gh-))"  # a commit, an issue
    r"([^\W_]|[()^'’/=+×∂′·²³≤≥±≈−–-]|(?<=[0-9])\.(?=[0-9])){1,40}",
    re.IGNORECASE,
)
"""A word, a number, or a formula of those."""

_ENDS = ",;:.?!…"


def code(text: str, *, longest: int = 200) -> str:
    r"""Write a text as code for a line of Markdown or a cell of a table.

    Examples
    --------
    >>> code("a|b"), code("`x`"), code("")
    ('`a\\|b`', '`` `x` ``', '–')
    """
    shown = printable(text)
    if not shown.strip():
        return "–"
    if len(shown) > longest:
        shown = f"{shown[:longest]}…"
    shown = shown.replace("|", r"\|")
    ticks = "`" * (_longest_run(shown) + 1)
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def prose(text: str, *, longest: int = 400) -> str:
    """Write a sentence for a cell of a table: plain words as they are, all others as code.

    Examples
    --------
    >>> prose("df has the wrong sign; ask @octocat, or see #12")
    'df has the wrong sign; ask `@octocat`, or see `#12`'
    >>> prose("x[2] * <b> is 2 times the derivative")
    '`x[2] * <b>` is 2 times the derivative'
    """
    shown = " ".join(printable(" ".join(text.split())).split())
    if len(shown) > longest:
        shown = f"{shown[:longest]}…"
    groups = [(plain, " ".join(words)) for plain, words in groupby(shown.split(" "), _is_plain)]
    return " ".join(words if plain else _code_words(words) for plain, words in groups)


def fence(lines: list[str], language: str) -> list[str]:
    """Write lines as a block of code that none of them can end."""
    shown = [printable(line) for line in lines]
    ticks = "`" * max(3, 1 + max(map(_longest_run, shown), default=0))
    return [f"{ticks}{language}", *shown, ticks]


def _is_plain(word: str) -> bool:
    core = re.sub(f"[{_ENDS}]+([)]?)[{_ENDS}]*$", r"\1", word)
    return bool(core) and _PLAIN.fullmatch(core) is not None


def _code_words(words: str) -> str:
    """Write words as code, and the comma after them as it is."""
    core = words.rstrip(",;:.")
    return f"{code(core, longest=len(words))}{words[len(core) :]}" if core else code(words)


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
