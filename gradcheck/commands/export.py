"""`gradcheck export`: a stored run in the formats that other programs read."""

import sys
from typing import TYPE_CHECKING

import click

from gradcheck.commands.terminal import ExitCode, say

if TYPE_CHECKING:
    from gradcheck.batch.reading import Run


@click.command(short_help="Write a stored run as CSV, Parquet, JSON Lines, JUnit or Markdown.")
@click.argument("store", type=click.Path(dir_okay=False))
@click.option(
    "--to",
    required=True,
    type=click.Choice(["csv", "parquet", "jsonl", "junit", "markdown"]),
    help="The format, e.g. --to csv.",
)
@click.option(
    "--what",
    type=click.Choice(["summary", "findings", "convergence", "entries"]),
    default="summary",
    show_default=True,
    help="Which table, for csv and parquet, e.g. --what findings.",
)
@click.option(
    "--out",
    type=click.Path(),
    metavar="FILE",
    help="File to write, whole or not at all; without it, stdout. Parquet needs one.",
)
def export(*, store: str, to: str, what: str, out: str | None) -> int:
    """Write a stored run in another format, e.g. gradcheck export results.sqlite --to csv.

    A case is a row of the CSV and Parquet summary, a line of JSON Lines, and a test case of JUnit;
    markdown is a comment for a pull request. None of the cases runs again.

    \b
    Examples:
      gradcheck export results.sqlite --to junit --out junit.xml
      gradcheck export results.sqlite --to parquet --what entries --out entries.parquet
    """  # noqa: D301  (click's own mark for text that must not be rewrapped)
    from gradcheck.batch.reading import read_run
    from gradcheck.output import run_export

    run = read_run(store)
    if out is not None:
        say(f"written: {run_export.export(run, to, what, out)}")
    elif to == "parquet":
        raise click.UsageError("Parquet is no text; give the file to write, --out FILE")
    else:
        _print(run, to, what)
    return ExitCode.OK


def _print(run: "Run", to: str, what: str) -> None:
    """Write the lines to stdout as they come, in UTF-8 whatever the terminal speaks."""
    from gradcheck.output.run_export import encoded, lines_of

    for line in lines_of(run, to, what):
        sys.stdout.buffer.write(encoded(line))
    sys.stdout.buffer.flush()
