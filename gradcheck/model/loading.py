"""Find case files by path and load their cases; sys.path is never touched.

A case file is a Python file that binds cases to module-level names, alone or in a list, tuple or
dict. Files and names that start with an underscore are skipped. The folder below the root that was
loaded is the theme.
"""

import ast
import hashlib
import importlib.util
import re
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from gradcheck import content
from gradcheck.errors import CaseError, LoadingError
from gradcheck.model.case import Case, Origin
from gradcheck.model.registry import Registry


def load_cases(
    path: str | Path | Iterable[str | Path] | None = None,
    *,
    on_error: Literal["raise", "keep"] = "raise",
) -> Registry:
    """Load the cases of a folder (with its subfolders), of a file, or of several of those.

    Parameters
    ----------
    path : str, Path, iterable of those, or None
        None loads the built-in cases.
    on_error : {"raise", "keep"}
        What to do about files that cannot be loaded: raise one error that names them all, or keep
        the others and list the problems in `Registry.problems`.

    Raises
    ------
    LoadingError
        If the path does not exist, holds no case file, or, with ``on_error="raise"``, if a file
        has a syntax error, raises, binds no case, or uses a name twice.

    Examples
    --------
    >>> registry = load_cases()
    >>> registry["sigmoid"].theme
    'activation'
    """
    if on_error not in ("raise", "keep"):
        raise ValueError(f'on_error is "raise" or "keep", not {on_error!r}')
    cases: dict[str, Case] = {}
    problems: list[str] = []
    for root, file in rooted_files(path):
        try:
            found = load_file(file, root=root)
        except LoadingError as error:
            problems.append(str(error))
            continue
        for case in found:
            if case.name in cases:
                problems.append(
                    f"{case.origin}: the name {case.name!r} is already taken by "
                    f"{cases[case.name].origin}; rename one of them"
                )
            else:
                cases[case.name] = case
    if problems and on_error == "raise":
        raise LoadingError("\n".join(problems))
    return Registry(cases, problems=problems)


def load_file(file: Path, *, root: Path | None = None) -> tuple[Case, ...]:
    """Load the cases of one file, in the order in which they are written.

    Raises
    ------
    LoadingError
        If the file has a syntax error, raises when run, or binds no case.
    """
    lines = _binding_lines(file)
    module = _run(file)
    theme = "" if root is None else theme_of(file, root)
    cases = tuple(
        replace(case, origin=Origin(file, lines.get(name, 1), theme))
        for name, case in _bound_cases(module)
    )
    if not cases:
        raise LoadingError(
            f"{file}:1: no case found; bind one to a module-level name: "
            'sine = gradcheck.Case("sine", f=np.sin, df=np.cos, points=[0.7])'
        )
    return cases


def theme_of(file: Path, root: Path) -> str:
    """Return the folder of a case file below the root that was loaded; "" in the root itself."""
    theme = "" if root == file else file.parent.relative_to(root).as_posix()
    return "" if theme == "." else theme


def case_files(folder: Path) -> list[Path]:
    """List the case files below a folder, sorted; names that start with "_" or "." are skipped."""
    return sorted(
        file
        for file in folder.rglob("*.py")
        if not any(part.startswith(("_", ".")) for part in file.relative_to(folder).parts)
    )


def rooted_files(path: str | Path | Iterable[str | Path] | None) -> Iterator[tuple[Path, Path]]:
    """Yield (root, case file) for each case file below the given paths.

    Raises
    ------
    LoadingError
        If a path does not exist, or holds no case file.
    """
    if path is None:
        path = content.folder("cases")
    roots = [path] if isinstance(path, str | Path) else _listed(path)
    seen: set[Path] = set()
    for given in roots:
        root = Path(given).resolve()
        if root.is_file():
            files = [root]
            root = root.parent
        elif not root.is_dir():
            raise LoadingError(f"{given}: no such file or folder; give a case file or its folder")
        else:
            files = case_files(root)
        if not files:
            raise LoadingError(f"{given}: no case file (*.py, not starting with '_') in here")
        yield from ((root, file) for file in files if file not in seen)
        seen.update(files)


def _listed(paths: object) -> list[str | Path]:
    listed: list[Any] = list(paths) if isinstance(paths, Iterable) else [paths]
    for path in listed:
        if not isinstance(path, str | Path):
            raise LoadingError(f"a path is text or a pathlib.Path, got {path!r}")
    if not listed:
        raise LoadingError("give a case file or its folder, got none")
    return listed


def _binding_lines(file: Path) -> dict[str, int]:
    """Map each module-level name to the line on which it is bound last."""
    try:
        tree = ast.parse(file.read_bytes(), filename=str(file))
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        reason = getattr(error, "msg", None) or str(error)
        raise LoadingError(f"{file}:{line}: not valid Python: {reason}") from None
    except OSError as error:
        raise LoadingError(f"{file}:1: cannot be read: {error.strerror}") from None
    lines = {}
    for statement in tree.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        for target in targets:
            for node in ast.walk(target):
                if isinstance(node, ast.Name):
                    lines[node.id] = statement.lineno
    return lines


def _run(file: Path) -> ModuleType:
    """Run a case file as a module of its own, registered so that its functions can be pickled."""
    digest = hashlib.sha256(str(file).encode()).hexdigest()[:8]
    stem = re.sub(r"\W", "_", file.stem)  # no dots: pickle would import the first dotted part
    name = f"case_{stem}_{digest}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise LoadingError(f"{file}:1: not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # whatever the file does, the error names the file and its line
        del sys.modules[name]
        line = _own_line(file, error)
        reason = str(error) if isinstance(error, CaseError) else f"{type(error).__name__}: {error}"
        raise LoadingError(f"{file}:{line}: {reason}") from error
    except SystemExit as error:
        del sys.modules[name]
        line = _own_line(file, error)
        raise LoadingError(
            f"{file}:{line}: the file ends the program (sys.exit) when loaded"
        ) from error
    return module


def _own_line(file: Path, error: BaseException) -> int:
    """Return the line of the file itself from which the exception came."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((f.lineno or 1 for f in reversed(frames) if f.filename == str(file)), 1)


def _bound_cases(module: ModuleType) -> Iterator[tuple[str, Case]]:
    """Yield (name of the variable, case), each case once."""
    seen: set[int] = set()
    for name, value in vars(module).items():
        if name.startswith("_"):
            continue
        for case in _cases_in(value):
            if id(case) not in seen:
                seen.add(id(case))
                yield name, case


def _cases_in(value: object) -> Iterator[Case]:
    if isinstance(value, Case):
        yield value
    elif isinstance(value, Mapping):
        yield from (item for item in value.values() if isinstance(item, Case))
    elif isinstance(value, list | tuple):
        yield from (item for item in value if isinstance(item, Case))
