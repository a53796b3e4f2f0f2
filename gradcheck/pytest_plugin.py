"""The pytest plugin: every case of a folder is a test that its derivative must pass.

It is switched on by naming the folders in the project's pytest configuration::

    gradcheck_cases = ["cases"]

A case file is then collected like a test file, one test a case, with an id such as
``cases/smooth/rosenbrock.py::rosenbrock``; ``-k`` also knows a case's tags and its theme. Every
pytest run of an environment loads this module, so the engine is imported when a case file is
found, and not before.

A case passes if `gradcheck.check` says so. Where nothing can be concluded, the test counts as
``inconclusive``, an outcome of its own beside ``passed`` which fails no run, unless
``gradcheck_strict = true``; what stood in the way is told at the end of the run.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

import pytest

if TYPE_CHECKING:
    from gradcheck.model.case import Case

INCONCLUSIVE = "inconclusive"
_MARK = ("gradcheck", INCONCLUSIVE)
"""A property of the test's report, which JUnit files show too."""

_ROOTS: pytest.StashKey[dict[Path, Path]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options `gradcheck_cases` and `gradcheck_strict`."""
    parser.addini(
        "gradcheck_cases",
        type="paths",
        default=[],
        help="folders (or files) of gradcheck cases, each of which becomes a test",
    )
    parser.addini(
        "gradcheck_strict",
        type="bool",
        default=False,
        help="whether a case fails of which gradcheck cannot tell if its derivative is right",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a folder that is not there."""
    for root in _roots(config):
        if not root.exists():
            raise pytest.UsageError(
                f"gradcheck_cases: no such file or folder: {root}; "
                "name folders with case files, relative to the configuration file"
            )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "CaseFile | None":
    """Collect a case file below one of the configured folders."""
    if file_path.suffix != ".py" or not any(
        file_path.is_relative_to(root) for root in _roots(parent.config)
    ):
        return None
    root = _case_files(parent.config).get(file_path)
    if root is None:
        return None
    return CaseFile.from_parent(parent, path=file_path, root=root)


def pytest_report_teststatus(
    report: pytest.TestReport | pytest.CollectReport,
) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    """Count a case of which nothing can be said apart from those that pass."""
    if _is_inconclusive(report):
        return INCONCLUSIVE, "?", (INCONCLUSIVE.upper(), {"yellow": True})
    return None


def pytest_terminal_summary(terminalreporter: "pytest.TerminalReporter") -> None:
    """Tell what is inconclusive: a line each, or with -v everything."""
    reports = terminalreporter.getreports(INCONCLUSIVE)
    if not reports:
        return
    terminalreporter.section("inconclusive derivatives", yellow=True)
    everything = terminalreporter.config.get_verbosity() > 0
    for report in reports:
        lines = dict(report.sections)[f"Captured {INCONCLUSIVE} call"].splitlines()
        if everything:
            terminalreporter.line(report.nodeid, yellow=True)
            terminalreporter.line("\n".join([*lines, ""]))
        else:
            headline = lines[0].removeprefix(f"{INCONCLUSIVE.upper()}: ")
            terminalreporter.line(f"{report.nodeid}: {headline}")
    if not everything:
        terminalreporter.line("-v shows what stood in the way, and what to do")


@final
class CaseFile(pytest.File):
    """A file of cases; one that cannot be loaded is a collection error with file and line."""

    def __init__(self, *, root: Path, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.root = root

    def collect(self) -> "Iterator[CaseItem]":
        """Yield a test for each case, in the order of the file."""
        from gradcheck.errors import LoadingError
        from gradcheck.model.loading import load_file

        try:
            cases = load_file(self.path, root=self.root)
        except LoadingError as error:
            raise self.CollectError(str(error)) from None
        for case in cases:
            yield CaseItem.from_parent(self, name=case.name, case=case)


@final
class CaseItem(pytest.Item):
    """The test of one case: differences with error bars must confirm its derivative."""

    def __init__(self, *, case: "Case", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.case = case
        self.extra_keyword_matches.update(case.tags | {case.theme} - {""})

    def runtest(self) -> None:
        """Check the case at its points in general position."""
        from gradcheck.errors import GradcheckError
        from gradcheck.verdict.checking import check
        from gradcheck.verdict.result import Verdict

        try:
            result = check(self.case)
        except GradcheckError as error:
            pytest.fail(f"{error}\nlook at {self.case.origin}", pytrace=False)
        if result:
            return
        if result.verdict is Verdict.FAIL or self.config.getini("gradcheck_strict"):
            pytest.fail(str(result), pytrace=False)
        self.user_properties.append(_MARK)
        self.add_report_section("call", INCONCLUSIVE, str(result))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Tell pytest where the case is bound."""
        origin = self.case.origin
        return self.path, origin.line - 1 if origin else None, self.name


def _is_inconclusive(report: pytest.TestReport | pytest.CollectReport) -> bool:
    if not isinstance(report, pytest.TestReport) or report.when != "call" or not report.passed:
        return False
    return _MARK in map(tuple, report.user_properties)  # a list, where another process ran it


def _roots(config: pytest.Config) -> list[Path]:
    return [Path(os.path.abspath(path)) for path in config.getini("gradcheck_cases")]  # noqa: PTH100  (resolve() would follow symbolic links, which pytest's own paths do not)


def _case_files(config: pytest.Config) -> dict[Path, Path]:
    """Map each case file to the folder whose themes its subfolders are."""
    if _ROOTS not in config.stash:
        from gradcheck.model.loading import case_files

        found: dict[Path, Path] = {}
        for root in _roots(config):
            if root.is_file():
                found.setdefault(root, root.parent)
            else:
                found = {**dict.fromkeys(case_files(root), root), **found}
        config.stash[_ROOTS] = found
    return config.stash[_ROOTS]
