"""The command line: data to stdout, progress and messages to stderr, exit codes as pytest's.

Numerical and display libraries are imported inside the commands, so that help comes at once.
"""

import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from gradcheck import __version__
from gradcheck.commands.check import check
from gradcheck.commands.compare import compare
from gradcheck.commands.explain import explain
from gradcheck.commands.export import export
from gradcheck.commands.lesson import lesson
from gradcheck.commands.listing import list_cases
from gradcheck.commands.report import report
from gradcheck.commands.run import run
from gradcheck.commands.sweep import sweep
from gradcheck.commands.terminal import ExitCode, say
from gradcheck.errors import (
    DefinitionError,
    GradcheckError,
    LoadingError,
    OutputError,
    RunError,
    SelectionError,
    StencilError,
    StepError,
    StoreError,
)

__all__ = ["ExitCode", "cli", "main"]

EPILOG = (
    "Exit codes: 0 ok, 1 something failed, 2 interrupted, 3 internal error, 4 wrong usage, "
    "5 no case selected."
)


class _Commands(click.Group):
    """A group whose errors are one line on stderr, and whose exit codes are `ExitCode`."""

    def main(  # type: ignore[override]  # one signature for the two of click
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> Any:
        """Run a command and exit with its code."""
        for stream in (sys.stdout, sys.stderr):
            reconfigure = getattr(stream, "reconfigure", None)
            if reconfigure is not None:
                reconfigure(errors="backslashreplace")
        sys.exit(self._code(args, prog_name, extra))

    def _code(
        self, args: Sequence[str] | None, prog_name: str | None, extra: dict[str, Any]
    ) -> int:
        try:
            code = super().main(args, prog_name, **{**extra, "standalone_mode": False})
            sys.stdout.flush()
        except click.ClickException as error:
            say(_with_hint(error))
            return ExitCode.USAGE
        except (click.Abort, KeyboardInterrupt):
            say("interrupted")
            return ExitCode.INTERRUPTED
        except GradcheckError as error:
            say(str(error))
            return _code_of(error)
        except BrokenPipeError:  # the reader, such as `head`, has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return ExitCode.OK
        except Exception as error:
            if os.environ.get("GRADCHECK_DEBUG"):
                raise
            say(
                f"internal error: {type(error).__name__}: {error}; GRADCHECK_DEBUG=1 shows where, "
                "please report it"
            )
            return ExitCode.INTERNAL_ERROR
        return code if isinstance(code, int) else ExitCode.OK


def _code_of(error: GradcheckError) -> ExitCode:
    if isinstance(error, SelectionError | LoadingError):
        return ExitCode.NOTHING_SELECTED
    if isinstance(error, DefinitionError | StepError | StencilError | OutputError | StoreError):
        return ExitCode.USAGE
    if isinstance(error, RunError):
        return ExitCode.INTERNAL_ERROR
    return ExitCode.FAILED


def _with_hint(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    hint = f" (see: {context.command_path} --help)" if context is not None else ""
    return f"{error.format_message().rstrip('.')}{hint}"


@click.group(cls=_Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gradcheck", message="%(prog)s %(version)s")
def cli() -> None:
    """Check analytic derivatives against finite differences over varying step size h.

    \b
    Examples:
      gradcheck check my_cases/         are the derivatives of my cases right?
      gradcheck check --f my_model:loss --df my_model:gradient --at "[0.3, -1.2]"
      gradcheck explain sigmoid         all about one of them, with its V plot
      gradcheck list                    the built-in cases
      gradcheck sweep sigmoid           where does the error fall, where does it rise?
      gradcheck run my_cases/           thousands of them, each in safety, into one store
      gradcheck report --out my-report  all of that for all cases, as web pages
    """  # noqa: D301  (click's own mark for text that must not be rewrapped)


def main() -> None:
    """Run the command line; the entry point of the `gradcheck` script."""
    cli(prog_name="gradcheck")


for _command in (check, compare, explain, export, lesson, list_cases, report, run, sweep):
    cli.add_command(_command)
