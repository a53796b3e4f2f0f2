"""What every command writes with: data to stdout, progress and messages to stderr."""

import json
import math
import os
import sys
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console


class ExitCode(IntEnum):
    """What the command tells its caller."""

    OK = 0
    FAILED = 1
    INTERRUPTED = 2
    INTERNAL_ERROR = 3
    USAGE = 4
    NOTHING_SELECTED = 5


def say(message: str) -> None:
    """Write a message to stderr, each line marked as ours and safe for a terminal."""
    for line in message.splitlines() or [""]:
        click.echo(f"gradcheck: {safe(line)}", err=True)


def console(*, stderr: bool = False) -> "Console":
    """Make a console: wide where nobody looks at the width, without any code under NO_COLOR."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    wide = None if stream.isatty() or "COLUMNS" in os.environ else 160
    plain = bool(os.environ.get("NO_COLOR"))
    return Console(
        stderr=stderr,
        highlight=False,
        markup=False,
        emoji=False,
        width=wide,
        color_system=None if plain else "auto",
    )


def write_json(value: Any) -> None:
    """Write JSON, a line for each record of a table; NaN and infinities become null."""
    if isinstance(value, list):
        click.echo(_lines(value))
        return
    parts = [
        f"{json.dumps(key)}: {_lines(item) if isinstance(item, list) else _json_text(item)}"
        for key, item in value.items()
    ]
    click.echo("{" + ",\n".join(parts) + "}")


def safe(text: str) -> str:
    """Write control characters as escapes."""
    from gradcheck.output.entry import printable

    return printable(text)


def _lines(items: list[Any]) -> str:
    return "[" + ",\n".join(map(_json_text, items)) + "]"


def _json_text(value: Any) -> str:
    return json.dumps(_finite(value), ensure_ascii=False, allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
