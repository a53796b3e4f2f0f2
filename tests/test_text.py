"""Tables for the terminal: the right numbers, in 80 columns, and nothing but text."""

import io
import re

import numpy as np
import pytest
from rich.console import Console, RenderableType

from gradcheck.behaviour.convergence import convergence
from gradcheck.behaviour.sweep import sweep
from gradcheck.differences.stencil import CENTRAL, FORWARD, stencil
from gradcheck.model.case import Case
from gradcheck.model.registry import Registry
from gradcheck.output.entry import find_entry, printable
from gradcheck.output.text import branch_of, entry_table, registry_table, summary

SINE = Case("sine", f=np.sin, df=np.cos, points=[0.7, 1.1], tags=("smooth",))


def shown(renderable: RenderableType, *, width: int = 80) -> str:
    """Return what a terminal of that width shows, without colours."""
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(renderable)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_registry_is_a_table() -> None:
    """A line for each case, with its inputs, points, domain and tags."""
    lines = shown(registry_table(Registry([SINE]))).splitlines()

    assert lines[0].split() == ["case", "theme", "inputs", "points", "domain", "tags"]
    assert lines[2].split() == ["sine", "1", "2", "everywhere", "smooth"]


def test_one_stencil_is_shown_with_quotient_error_and_order() -> None:
    """Halving h divides the error of a central difference by four: the order is 2."""
    cube = Case("cube", f=lambda x: x**3, df=lambda x: 3 * x**2, points=[1.0])
    steps = 0.5 ** np.arange(1, 11)
    table = sweep(cube, stencils=[CENTRAL], steps=steps)
    text = shown(entry_table(find_entry(table), convergence(table)))
    rows = [line.split() for line in text.splitlines()]

    assert rows[0][:6] == ["cube", "at", "point", "0", "(x", "="]
    assert rows[1] == ["h", "numeric", "error", "order", "branch"]
    assert rows[3][:4] == ["0.5", "3.25", "2.5e-01", "–"]
    assert rows[4][:4] == ["0.25", "3.0625", "6.2e-02", "2.00"]


def test_several_stencils_stand_side_by_side() -> None:
    """A column for each, the smallest error of each marked once, and the order below."""
    table = sweep(SINE, stencils=[FORWARD, CENTRAL])
    text = shown(entry_table(find_entry(table, point=0), convergence(table)))
    order = next(line for line in text.splitlines() if line.strip().startswith("order"))

    assert text.count("*") == 2
    assert order.split() == ["order", "1.00", "2.00"]


def test_the_errors_of_the_table_are_those_of_the_sweep() -> None:
    """Every step of the table carries its error, rounded to two digits."""
    table = sweep(SINE, stencils=[FORWARD, CENTRAL]).query("point == 0")
    text = shown(entry_table(find_entry(table), convergence(table), rows="all"))
    rows = {
        line.split()[0]: line.replace("*", " ").split()[1:]
        for line in text.splitlines()
        if re.match(r" *\d\.\d\de", line)
    }
    forward = table.query("stencil == 'forward' and status == 'ok'")

    assert len(rows) == 65
    assert [f"{error:.1e}" if error else "0" for error in forward["abs_error"]] == [
        rows[f"{h:.2e}"][0] for h in forward["h"]
    ]


def test_a_row_a_decade_is_shown_unless_all_are_wanted() -> None:
    """65 steps fit on a screen as about one row for each decade."""
    table = sweep(SINE, stencils=[CENTRAL]).query("point == 0")
    lines = shown(entry_table(find_entry(table), convergence(table))).splitlines()

    assert 20 <= len(lines) <= 30


def test_a_lost_step_is_named() -> None:
    """Where x + h equals x there is no error to show."""
    table = sweep(SINE, stencils=[FORWARD, CENTRAL]).query("point == 0")
    text = shown(entry_table(find_entry(table), convergence(table)))

    assert "lost" in text


def test_the_summary_tells_order_digits_and_behaviour() -> None:
    """A row for each point and stencil, under the name of the case."""
    table = sweep(SINE, stencils=[CENTRAL])
    facts = convergence(table)
    lines = shown(summary(facts, table)).splitlines()

    assert lines[0] == "sine"
    assert lines[1].split() == [
        "point",
        "x",
        "stencil",
        "order",
        "best",
        "h",
        "digits",
        "behaviour",
    ]
    assert lines[3].split()[:4] == ["0", "0.7", "central", "2.00"]
    assert lines[3].split()[-1] == "convergent"
    best = f"{facts['optimal_h'].iloc[0]:.1e}"
    assert best in lines[3]


def test_of_several_entries_the_worst_is_summarised() -> None:
    """An entry with a wrong derivative is not hidden behind the others."""
    case = Case(
        "half wrong",
        f=lambda x: x[0] ** 3 + x[1] ** 3,
        df=lambda x: np.array([3 * x[0] ** 2, 2 * x[1] ** 2]),
        points=[[1.0, 1.5]],
    )
    table = sweep(case, stencils=[CENTRAL])
    lines = shown(summary(convergence(table), table)).splitlines()

    assert lines[3].split()[:4] == ["0", "[0,", "1]", "1.5"]
    assert lines[3].split()[-1] == "stalled"


@pytest.mark.parametrize("rows", ["decades", "all"])
def test_eighty_columns_are_enough(rows: str) -> None:
    """With all the default stencils no line is longer than 80 characters, and none is folded."""
    table = sweep(SINE)
    facts = convergence(table)
    text = shown(entry_table(find_entry(table, point=0), facts, rows=rows))  # type: ignore[arg-type]
    body = [line for line in text.splitlines() if re.match(r" *\d\.\d\de", line)]

    assert max(map(len, text.splitlines())) <= 80
    assert all(len(line.split()) == 7 for line in body)
    assert max(map(len, shown(summary(facts, table)).splitlines())) <= 80


def test_names_are_neither_markup_nor_escapes() -> None:
    """Markup in a name is text, and a control character is shown as an escape."""
    case = Case("[red]x[/red]", f=np.sin, df=np.cos, points=[0.7], tags=("\x1b[31mtag", "[bold]"))
    formula = stencil((-1, 1, 2), name="odd\x1b]0;title\x07")
    table = sweep(case, stencils=[formula, CENTRAL])
    facts = convergence(table)
    text = (
        shown(registry_table(Registry([case])), width=200)
        + shown(entry_table(find_entry(table), facts), width=200)
        + shown(summary(facts, table), width=200)
    )

    assert "[red]x[/red]" in text
    assert "[bold]" in text
    assert "\\x1b[31mtag" in text
    assert "\x1b" not in text
    assert "\x07" not in text


def test_text_in_any_script_stays_as_it_is() -> None:
    """Only control characters and odd spaces are escaped."""
    assert printable("微分 ü 🙂 [x]") == "微分 ü 🙂 [x]"
    assert printable("a\u202eb\u200bc\n") == "a\\u202eb\\u200bc\\n"


def test_a_step_belongs_to_one_branch() -> None:
    """From h_from to h_to it is truncation, below breakdown_h rounding."""
    facts = {"h_from": 1.0, "h_to": 1e-3, "breakdown_h": 1e-4}
    steps = np.array([2.0, 1.0, 1e-3, 5e-4, 1e-5])

    assert branch_of(steps, facts) == ["", "truncation", "truncation", "", "rounding"]


def test_long_names_of_cases_stay_whole() -> None:
    """In 80 columns the other columns fold, so that a name can be read and copied."""
    name = "a-name-of-quite-some-length-for-a-case"
    case = Case(name, f=np.sin, df=np.cos, points=[0.7], tags=("one-tag", "another-tag", "third"))

    assert name in shown(registry_table(Registry([case])))
