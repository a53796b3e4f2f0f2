"""Sizes of memory, as people write them."""

import re

import click

_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_LARGEST = 1 << 60
"""No computer has more, and the system takes no larger limit."""


def size(_context: click.Context, _parameter: click.Parameter, text: str | None) -> int | None:
    """Read an option such as 500M or 2G in bytes; K, M, G and T are powers of 1024.

    Raises
    ------
    click.BadParameter
        If it is no size.
    """
    if text is None:
        return None
    found = re.fullmatch(r"(\d{1,18}(?:\.\d{1,18})?)\s*([kmgt]?)(?:i?b)?", text.strip().lower())
    number = int(float(found[1]) * _UNITS[found[2]]) if found else 0
    if not 1 <= number <= _LARGEST:
        raise click.BadParameter(
            f"a size is a number with K, M, G or T behind it, such as 2G; got {text!r}"
        )
    return number
