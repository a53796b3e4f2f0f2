"""`gradcheck report --store`: the report of a run that is stored."""

from typing import TYPE_CHECKING, Any

import click

from gradcheck.commands.progress import progress_on_stderr
from gradcheck.commands.terminal import console, write_json
from gradcheck.errors import DefinitionError

if TYPE_CHECKING:
    from gradcheck.output.definition import Definition
    from gradcheck.output.run_report import RunReport

store_option = click.option(
    "--store",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Report a run that is stored; no case runs again, e.g. --store results.sqlite.",
)
pages_option = click.option(
    "--pages",
    type=click.IntRange(min=0),
    metavar="N",
    help="With --store: so many cases get a page at most, e.g. --pages 50; 1000 by default.",
)
case_option = click.option(
    "--case",
    "chosen",
    multiple=True,
    metavar="NAME",
    help="With --store: a case that gets a page though it passes, e.g. --case sine (repeatable).",
)


def report_of_run(  # noqa: PLR0913  (one argument an option)
    store: str,
    spec: str | None,
    *,
    out: str,
    pages: int | None,
    chosen: tuple[str, ...],
    workers: int,
    as_json: bool,
    quiet: bool,
) -> None:
    """Write the report of a stored run, and say where it is.

    Raises
    ------
    GradcheckError
        If the store, the definition or the folder cannot be used.
    """
    from gradcheck.batch.reading import read_run
    from gradcheck.output.definition import read
    from gradcheck.output.run_report import MOST_PAGES, write

    definition = None if spec is None else read(spec)
    if definition is not None:
        _require_fit(definition)
    run = read_run(store)
    with progress_on_stderr(quiet=quiet) as progress:
        written = write(
            run,
            out=out,
            definition=definition,
            chosen=chosen,
            pages=MOST_PAGES if pages is None else pages,
            workers=workers,
            progress=progress,
        )
    if as_json:
        write_json(_facts(written))
    else:
        _print(written)


def _require_fit(definition: "Definition") -> None:
    """Refuse what a definition says about the run itself, which is over.

    Raises
    ------
    DefinitionError
        Naming the key.
    """
    from gradcheck.output.definition import Definition

    usual = Definition(file=definition.file, title=definition.title)
    for name, key in _OF_THE_RUN.items():
        if getattr(definition, name) != getattr(usual, name):
            raise DefinitionError(
                f"{definition.file}: {key}: decided when the run was made, so a report with "
                "--store cannot choose; leave the key out"
            )


_OF_THE_RUN = {
    "paths": "selection.paths",
    "stencils": "stencils",
    "steps": "steps",
    "points": "points",
}


def _print(written: "RunReport") -> None:
    from rich.text import Text

    from gradcheck.output.entry import printable

    total = sum(written.counts.values())
    counts = [f"{count:,} {word}" for word, count in reversed(written.counts.items())]
    terminal = console()
    terminal.print(", ".join([f"{total:,} {'case' if total == 1 else 'cases'}", *counts]))
    if written.without:
        terminal.print(f"{written.without:,} of them have no page; more with --pages")
    terminal.print(Text(printable(str(written.index))), soft_wrap=True)  # a path is one line


def _facts(written: "RunReport") -> dict[str, Any]:
    return {
        "folder": str(written.folder),
        "index": str(written.index),
        "pages": [str(page) for page in written.pages],
        "cases": sum(written.counts.values()),
        "outcomes": written.counts,
        "without": written.without,
    }
