"""A comparison of two runs as a web page that needs no other file, and as a block for notebooks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gradcheck import __version__
from gradcheck.batch.comparing import KINDS, Comparison
from gradcheck.output.clipping import MESSAGE, NAME, PLACE, clipped
from gradcheck.output.comparison_text import (
    change_text,
    counts_text,
    headline,
    listed,
    place_text,
)
from gradcheck.output.file import whole_file
from gradcheck.output.html import markup, pages_of

MOST = 300
"""So many cases of each kind stand in the page; the others are counted."""
_MOST_IN_A_BLOCK = 20
_SIGNS = {
    "newly failing": ("fail", "✕"),
    "changed outcome": ("inconclusive", "≠"),
    "changed diagnosis": ("inconclusive", "≠"),
    "error grown": ("inconclusive", "↑"),
    "missing": ("inconclusive", "−"),
    "newly passing": ("pass", "✓"),
    "new": ("pass", "+"),
}  # fmt: skip
"""A class for the colour, and a sign, so that nothing rests on colour."""


def page(comparison: Comparison) -> str:
    """Return the comparison as one page, with its styles in it and no script."""
    pages = pages_of(None)
    return pages.render(
        "comparison.html",
        style=markup(pages.source("style.css")),
        version=__version__,
        **_content(comparison, MOST),
    )


def block(comparison: Comparison) -> str:
    """Return the comparison for a notebook: tables only, in the notebook's own style."""
    return pages_of(None).render("comparison_block.html", **_content(comparison, _MOST_IN_A_BLOCK))


def write_page(comparison: Comparison, path: str | Path) -> Path:
    """Write the page, whole or not at all.

    Raises
    ------
    OutputError
        If there is something else of that name, or the file system refuses.
    """
    text = page(comparison)
    with whole_file(path) as file:
        file.write(text.encode(errors="backslashreplace"))
    return Path(path)


def _content(comparison: Comparison, most: int) -> dict[str, Any]:
    return {
        "headline": headline(comparison),
        "alarm": not comparison,
        "old": _side(comparison.old, comparison.old_counts),
        "new": _side(comparison.new, comparison.new_counts),
        "sections": list(_sections(comparison, most)),
        "settings": [clipped(line, MESSAGE) for line in comparison.settings],
    }


def _side(store: str, counts: Any) -> dict[str, str]:
    return {"store": clipped(store, MESSAGE), "counts": counts_text(counts)}


def _sections(comparison: Comparison, most: int) -> Iterator[dict[str, Any]]:
    for kind, changes, more in listed(comparison, most):
        colour, sign = _SIGNS[kind]
        yield {
            "kind": kind,
            "anchor": kind.replace(" ", "-"),
            "meaning": KINDS[kind],
            "colour": colour,
            "sign": sign,
            "count": len(changes) + more,
            "more": more,
            "rows": [
                {
                    "case": clipped(each["case"], NAME),
                    "change": clipped(change_text(each), MESSAGE).replace(" -> ", " → "),
                    "place": clipped(place_text(each), PLACE),
                }
                for each in changes
            ],
        }
