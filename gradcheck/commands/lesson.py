"""`gradcheck lesson`: lessons on finite-difference error, as web pages."""

import sys
from contextlib import redirect_stdout

import click

from gradcheck.commands.terminal import ExitCode, say


@click.command(short_help="Build lessons on finite-difference error.")
@click.argument("name", required=False)
@click.option(
    "--lang",
    "langs",
    type=click.Choice(["en", "ja"]),
    multiple=True,
    help="Language, e.g. --lang ja; may be given twice. By default English.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False),
    default="gradcheck-lessons",
    show_default=True,
    metavar="DIR",
    help="Folder of the pages, e.g. --out my-course.",
)
def lesson(*, name: str | None, langs: tuple[str, ...], out: str) -> int:
    """Build a lesson as one web page that needs no network, e.g. gradcheck lesson sigmoid.

    NAME is derivative-basics, sigmoid, step-size, find-the-bug, or a TOML file that changes the
    function, the point or the steps of one of them. Without it, all are built, with an index and
    a page for teachers.
    """
    from gradcheck.lessons.building import build

    with redirect_stdout(sys.stderr):  # stdout is for data, whatever a case file prints
        files = build(
            [] if name is None else [name],
            langs=tuple(dict.fromkeys(langs)) or ("en",),
            out=out,
            on_start=lambda each: say(f"building {each}"),
        )
    for file in files:
        click.echo(file)
    return ExitCode.OK
