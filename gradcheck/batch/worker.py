"""What workers are asked to do: collect the cases of a file, and examine one of them.

They get the path of the case file and the name of the case, never a function of the user's.
"""

import signal
from dataclasses import replace
from functools import cache
from pathlib import Path

from gradcheck.batch.examining import examine, raised_text
from gradcheck.batch.plan import Planned, digest_of
from gradcheck.batch.record import ERROR, Record
from gradcheck.batch.settings import Settings
from gradcheck.errors import GradcheckError
from gradcheck.model.case import Case, Origin
from gradcheck.model.loading import load_file, theme_of


def collect(file: str, root: str) -> tuple[Planned, ...]:
    """Load a case file and list its cases; a file that cannot be loaded is listed as a problem."""
    path = Path(file)
    source = digest_of(path)
    try:
        cases = _loaded(path, source)
    except BaseException as error:  # noqa: BLE001  (whatever the file does)
        _require_no_ctrl_c(error)
        text = str(error) if isinstance(error, GradcheckError) else raised_text(error)
        return (Planned(name=file, file=file, line=1, source=source, problem=text),)
    return tuple(
        Planned(
            name=case.name,
            file=file,
            line=case.origin.line if case.origin else 1,
            theme=theme_of(path, Path(root)),
            tags=tuple(sorted(case.tags)),
            source=source,
        )
        for case in cases
    )


def examine_planned(planned: Planned, settings: Settings) -> Record:
    """Load the case, once for all cases of its file, and examine it."""
    path = Path(planned.file)
    try:
        cases = {case.name: case for case in _loaded(path, planned.source)}
    except BaseException as error:  # noqa: BLE001  (whatever the file does)
        _require_no_ctrl_c(error)
        text = str(error) if isinstance(error, GradcheckError) else raised_text(error)
        return Record(outcome=ERROR, message=f"the case file cannot be loaded: {text}")
    case = cases.get(planned.name)
    if case is None:
        return Record(
            outcome=ERROR,
            message=f"{path} has no case of this name when it is loaded again; a case must not "
            "depend on anything outside its file",
        )
    origin = Origin(path, planned.line, planned.theme)
    try:
        return examine(replace(case, origin=origin), settings)
    except KeyboardInterrupt as error:
        _require_no_ctrl_c(error)
        return Record(outcome=ERROR, message="f or df raised KeyboardInterrupt")


def _require_no_ctrl_c(error: BaseException) -> None:
    """Let Ctrl-C through; a child is deaf to it, so there it is the user's code that raised."""
    if isinstance(error, KeyboardInterrupt) and signal.getsignal(signal.SIGINT) != signal.SIG_IGN:
        raise error


@cache
def _loaded(path: Path, source: str) -> tuple[Case, ...]:
    """Load a case file; once in this process, to collect its cases and to examine them."""
    if digest_of(path) != source:
        raise GradcheckError(
            f"{path} is another version here than where the run was planned; workers must see the "
            "same case files"
        )
    return load_file(path)
