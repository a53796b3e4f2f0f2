"""The Python lines, and the command, that make an error table again."""

from pathlib import Path

from gradcheck import content
from gradcheck.differences.stencil import NAMED, Stencil
from gradcheck.lessons.instruments.errors.rows import Readings
from gradcheck.lessons.words import lessons_folder
from gradcheck.model.case import Case

_CONSTANTS = {name: f"gc.{name.upper().replace('-', '_')}" for name in NAMED}


def python_lines(found: Readings) -> str:
    """Return lines of Python that make the table: they run as they stand."""
    stencils = ", ".join(_stencil(each.stencil) for each in found.by_stencil.values())
    steps = ", ".join(repr(row.h) for row in next(iter(found.by_stencil.values())).rows)
    columns, make = '["stencil", "h", "numeric", "abs_error"]', "sweep"
    if found.is_certified:
        make = "split"
        columns = (
            '["stencil", "h", "numeric", "total_error", "truncation_error",\n'
            '             "rounding_error", "scaled_error", "regime"]'
        )
    place = found.case.all_points[0].tolist()
    lines = [
        "from dataclasses import replace",
        *_imports(found.case),
        "",
        f"case = {_loaded(found.case)}[{found.case.name!r}]",
        f"case = replace(case, points=[{place!r}], special_points={{}})",
        f"table = gc.{make}(case, stencils=[{stencils}],",
        f"                 steps=[{steps}])",
        f"print(table[{columns}].to_string())",
    ]
    return "\n".join(lines)


def command_line(found: Readings, original: Case) -> str:
    """Return the command that shows the table, "" where the point is none of the case's own."""
    if not _is_below(found.case, content.folder("cases")):
        return ""
    place = found.case.all_points[0].tolist()
    number = next(
        (k for k, point in enumerate(original.all_points) if point.tolist() == place), None
    )
    if number is None:
        return ""
    readings = list(found.by_stencil.values())
    steps = ",".join(repr(row.h) for row in readings[0].rows)
    stencils = " ".join(_option(each.stencil) for each in readings)
    return (
        f"gradcheck sweep {found.case.name} --point {number} --rows all \\\n"
        f"    {stencils} --steps {steps}"
    )


def _stencil(formula: Stencil) -> str:
    if NAMED.get(formula.name) == formula:
        return _CONSTANTS[formula.name]
    return f"gc.stencil({list(formula.offsets)!r}, name={formula.name!r})"


def _option(formula: Stencil) -> str:
    if NAMED.get(formula.name) == formula:
        return f"--stencil {formula.name}"
    return f"--stencil={','.join(f'{offset.real:g}' for offset in formula.offsets)}"


def _imports(case: Case) -> list[str]:
    plain = ["", "import gradcheck as gc"]
    if _is_below(case, lessons_folder()):
        return [*plain, "from gradcheck import content"]
    return plain


def _loaded(case: Case) -> str:
    """Return the expression that loads the cases among which this one is."""
    if case.origin is None or _is_below(case, content.folder("cases")):
        return "gc.load_cases()"
    if _is_below(case, lessons_folder()):
        return 'gc.load_cases(content.folder("reports") / "lessons" / "cases")'
    return f"gc.load_cases({str(case.origin.path)!r})"


def _is_below(case: Case, folder: Path) -> bool:
    return case.origin is not None and case.origin.path.resolve().is_relative_to(folder.resolve())
