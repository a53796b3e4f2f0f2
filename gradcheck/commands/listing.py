"""`gradcheck list`: which cases there are."""

import click

from gradcheck.commands.selection import json_option, load, path_option
from gradcheck.commands.terminal import ExitCode, console, write_json


@click.command("list", short_help="List the cases.")
@click.argument("patterns", nargs=-1, metavar="[PATTERN]...")
@click.option(
    "--tag", "tags", multiple=True, help="Only cases with this tag or theme (repeatable)."
)
@path_option
@json_option
def list_cases(
    *, patterns: tuple[str, ...], tags: tuple[str, ...], paths: tuple[str, ...], as_json: bool
) -> int:
    """List the cases, e.g. gradcheck list 'exp*' --tag activation."""
    registry, problems = load(paths)
    selected = registry.select(*patterns, tags=tags)
    if as_json:
        from gradcheck.output.entry import records

        write_json(records(selected.to_frame()))
    else:
        from gradcheck.output.text import registry_table

        terminal = console()
        terminal.print(registry_table(selected))
        terminal.print(f"{len(selected)} cases" if len(selected) != 1 else "1 case")
    return ExitCode.FAILED if problems else ExitCode.OK
