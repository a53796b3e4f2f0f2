"""Texts of others, harmless and short enough for a page that must stay small."""

import html

from gradcheck.output.entry import printable

NAME, MESSAGE, PLACE, TAG, PARAGRAPH = 240, 700, 160, 60, 4_000
"""Bytes of escaped HTML that texts may take."""


def clipped(text: str, most: int) -> str:
    """Make a text harmless and short: at most so many bytes as HTML, "…" where it was cut.

    Examples
    --------
    >>> clipped("a & b", 100), clipped("<" * 9, 15)
    ('a & b', '<<<…')
    """
    safe = printable(text[:most])
    if len(safe) == len(text) and 6 * len(safe) <= most:
        return safe
    size = last = 0
    for place, letter in enumerate(safe):
        size += len(html.escape(letter).encode(errors="replace"))
        if size <= most - 3:
            last = place + 1
        elif size > most:
            return safe[:last] + "…"
    return safe if len(text) <= most else safe[:last] + "…"
