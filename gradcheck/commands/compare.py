"""`gradcheck compare`: what has changed between two stored runs."""

from typing import TYPE_CHECKING, Any

import click

from gradcheck.commands.selection import json_option
from gradcheck.commands.terminal import ExitCode, say, write_json

if TYPE_CHECKING:
    from gradcheck.batch.comparing import Comparison


@click.command(short_help="Compare two stored runs.")
@click.argument("old", type=click.Path(dir_okay=False))
@click.argument("new", type=click.Path(dir_okay=False))
@click.option(
    "--fail-on",
    type=click.Choice(["new-failures", "any-change", "never"]),
    default="new-failures",
    show_default=True,
    help="What makes the exit code 1, e.g. --fail-on any-change.",
)
@click.option(
    "--html",
    "page",
    type=click.Path(),
    metavar="FILE",
    help="Write a web page too, e.g. --html comparison.html.",
)
@json_option
def compare(*, old: str, new: str, fail_on: str, page: str | None, as_json: bool) -> int:
    """Compare two runs, e.g. gradcheck compare main.sqlite branch.sqlite.

    Cases are the same if they have the same name. An error has grown if it is more than ten times
    the old one and the error bars of both runs, so two runs of the same thing do not differ.
    """
    from gradcheck.batch.comparing import compare as compared

    comparison = compared(old, new)
    if page is not None:
        say(f"written: {comparison.to_html(page)}")
    if as_json:
        write_json(_facts(comparison))
    else:
        click.echo(str(comparison))
    failed = {
        "new-failures": not comparison,
        "any-change": len(comparison.changes) > 0,
        "never": False,
    }
    return ExitCode.FAILED if failed[fail_on] else ExitCode.OK


def _facts(comparison: "Comparison") -> dict[str, Any]:
    from gradcheck.output.comparison_text import change_records

    return {
        "schema": 1,
        "old": {"store": comparison.old, "counts": dict(comparison.old_counts)},
        "new": {"store": comparison.new, "counts": dict(comparison.new_counts)},
        "counts": comparison.counts,
        "unchanged": comparison.unchanged,
        "settings": list(comparison.settings),
        "changes": change_records(comparison),
    }
