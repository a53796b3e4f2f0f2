"""Figures: what is drawn, in which place, and that nothing else is touched."""

import math
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gradcheck.behaviour.convergence import convergence
from gradcheck.behaviour.sweep import sweep
from gradcheck.differences.stencil import CENTRAL, COMPLEX_STEP, FORWARD
from gradcheck.errors import SelectionError, StepError
from gradcheck.model.case import Case
from gradcheck.output import figure as plot

SINE = Case("sine", f=np.sin, df=np.cos, points=[0.7, 1.1])
ROSENBROCK = Case(
    "rosenbrock",
    f=lambda x: 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2,
    df=lambda x: np.array(
        [-400 * x[0] * (x[1] - x[0] ** 2) - 2 * (1 - x[0]), 200 * (x[1] - x[0] ** 2)]
    ),
    points=[[-1.2, 1.0]],
)


def lines(axes: Axes, style: str) -> list[tuple[Any, Any]]:
    """Return the data of the lines with a style."""
    return [
        (np.asarray(line.get_xdata()), np.asarray(line.get_ydata()))
        for line in axes.get_lines()
        if line.get_linestyle() == style
    ]


def own(axes: Axes) -> Figure:
    """Return the figure of axes."""
    figure = axes.get_figure()
    assert isinstance(figure, Figure)
    return figure


def test_the_error_plot_names_its_axes_and_stencils() -> None:
    """Title, axes and legend say what is shown."""
    axes = plot.errors(sweep(SINE, stencils=[FORWARD, CENTRAL]), point=0)
    legend = axes.get_legend()
    assert legend is not None

    assert axes.get_title(loc="left") == "sine at point 0 (x = 0.7)"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("step size h", "|numeric − analytic|")
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert [text.get_text() for text in legend.get_texts()] == [
        "forward, order 1.00",
        "central, order 2.00",
    ]


def test_the_guides_have_the_slopes_of_the_stencils_and_minus_one() -> None:
    """Dashed guides rise with h^p, the dotted one falls with 1/h."""
    axes = plot.errors(sweep(SINE, stencils=[FORWARD, CENTRAL]), point=0)
    slopes = [
        float(np.diff(np.log(y))[0] / np.diff(np.log(x))[0])
        for x, y in lines(axes, "--") + lines(axes, ":")
    ]

    assert pytest.approx(slopes) == [1.0, 2.0, -1.0]


def test_the_guide_runs_through_the_truncation_branch() -> None:
    """The guide h^p meets the error of the forward difference, |f''| h / 2."""
    axes = plot.errors(sweep(SINE, stencils=[FORWARD]), point=0)
    ((h, guide),) = lines(axes, "--")

    assert guide / h == pytest.approx(math.sin(0.7) / 2, rel=0.05)


def test_every_usable_error_is_marked_once() -> None:
    """Marks of all branches together are the rows of the table, zeros included."""
    table = sweep(SINE, stencils=[CENTRAL, COMPLEX_STEP]).query("point == 0")
    axes = plot.errors(table)
    marks = [
        line
        for line in axes.get_lines()
        if line.get_linestyle() == "None" and line.get_marker() in ("s", "v", "x")
    ]
    drawn = sum(len(np.asarray(line.get_xdata())) for line in marks)
    lost = table[table["status"] == "step-lost"]

    assert len(table) == drawn + len(lost) - len(lost[["h", "abs_error"]].drop_duplicates())


def test_an_error_of_zero_stands_in_the_strip_at_the_bottom() -> None:
    """A logarithm cannot show zero, so it has a strip of its own, labelled 0."""
    square = Case("square", f=lambda x: x * x, df=lambda x: 2 * x, points=[1.0])
    axes = plot.errors(sweep(square, stencils=[CENTRAL]))
    (marks,) = [line for line in axes.get_lines() if line.get_marker() == "s"]
    heights = set(np.asarray(marks.get_ydata()).tolist())

    assert "0" in [text.get_text() for text in axes.texts]
    assert len(heights) == 1
    assert axes.get_ylim()[0] < heights.pop() < min(axes.get_yticks())


def test_steps_outside_the_domain_are_ticked_at_the_top() -> None:
    """Rows without a value are shown as such, with the reason in the notes."""
    log = Case("log", f=np.log, df=lambda x: 1 / x, points=[0.5], domain="(0, inf)")
    axes = plot.errors(sweep(log, stencils=[CENTRAL], steps=0.5 ** np.arange(12)))
    (ticks,) = [line for line in axes.get_lines() if line.get_marker() == "|"]

    assert list(np.asarray(ticks.get_xdata())) == [1.0, 0.5]
    assert any("outside-domain" in text.get_text() for text in axes.texts)


def test_observed_and_predicted_optimum_are_marked() -> None:
    """A ring stands at optimal_h, a cross at predicted_h."""
    table = sweep(SINE, stencils=[CENTRAL]).query("point == 0")
    facts = convergence(table).iloc[0]
    axes = plot.errors(table)
    rings, crosses = (np.asarray(marks.get_offsets()) for marks in axes.collections)

    assert [facts["optimal_h"]] == rings[:, 0].tolist()
    assert [facts["predicted_h"]] == crosses[:, 0].tolist()


def test_a_convergence_table_at_hand_is_used() -> None:
    """What the caller passes decides the branches: nothing is computed again."""
    table = sweep(SINE, stencils=[CENTRAL]).query("point == 0")
    told = convergence(table).assign(behaviour="stalled", observed_order=math.nan)
    axes = plot.errors(table, convergence=told)
    legend = axes.get_legend()
    assert legend is not None

    assert legend.get_texts()[0].get_text() == "central, stalled"
    assert lines(axes, "--") == []


def test_several_entries_show_the_worst_and_say_so() -> None:
    """The title names the entry and from how many it was chosen."""
    axes = plot.errors(sweep(ROSENBROCK, stencils=[CENTRAL]))

    assert axes.get_title(loc="left").endswith(", worst of 2")


def test_several_cases_are_refused() -> None:
    """The message says how to select one."""
    other = Case("cosine", f=np.cos, df=lambda x: -np.sin(x), points=[0.7])
    table = sweep([SINE, other], stencils=[CENTRAL])

    with pytest.raises(SelectionError, match=r'table\[table\["case"\] == \'sine\'\]'):
        plot.errors(table)


def test_an_entry_that_is_not_there_is_refused() -> None:
    """The message says which points there are."""
    with pytest.raises(SelectionError, match=r"no entry with point 7 .* it has point 0 to 1"):
        plot.errors(sweep(SINE, stencils=[CENTRAL]), point=7)


def test_an_empty_table_is_refused() -> None:
    """There is nothing to draw without rows."""
    with pytest.raises(SelectionError, match="no rows"):
        plot.errors(sweep(SINE, stencils=[CENTRAL]).head(0))


def test_the_axes_of_the_caller_are_used() -> None:
    """Each function draws into `ax` and returns it."""
    axes = Figure().subplots(1, 3)
    table = sweep(SINE, stencils=[CENTRAL])

    assert plot.errors(table, axes[0], point=0) is axes[0]
    assert plot.function(SINE, axes[1]) is axes[1]
    assert plot.secants(SINE, axes[2]) is axes[2]


@pytest.mark.slow
def test_pyplot_is_never_imported() -> None:
    """No backend is chosen and no figure is kept alive."""
    program = (
        "import sys, numpy as np, gradcheck as gc\n"
        "from gradcheck.output import figure as plot\n"
        "case = gc.Case('sine', f=np.sin, df=np.cos, points=[0.7])\n"
        "for axes in (plot.errors(gc.sweep(case)), plot.function(case), plot.secants(case)):\n"
        "    plot.to_svg(axes.figure)\n"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_no_setting_is_changed() -> None:
    """Matplotlib's settings are the same before and after."""
    before = dict(mpl.rcParams)
    plot.to_svg(own(plot.errors(sweep(SINE, stencils=[CENTRAL]), point=0)))

    assert before == dict(mpl.rcParams)


def test_the_svg_is_the_same_every_time_whatever_the_settings() -> None:
    """No date, no random id, and no trace of the user's own style."""
    table = sweep(SINE)

    def drawn() -> str:
        return plot.to_svg(own(plot.errors(table, point=0)))

    first = drawn()
    with mpl.rc_context({"lines.linewidth": 9, "axes.facecolor": "red", "font.size": 30}):
        second = drawn()

    assert first == second


def test_the_svg_is_self_contained() -> None:
    """It parses, has a viewBox and no fixed size, and refers to nothing outside itself."""
    text = plot.to_svg(own(plot.errors(sweep(SINE), point=0)))
    root = ET.fromstring(text)  # noqa: S314  (our own text)
    ids = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]

    assert text.startswith("<svg")
    assert "viewBox" in root.attrib
    assert "width" not in root.attrib
    assert len(ids) == len(set(ids))
    assert "<style" not in text
    assert [part.split('"')[0] for part in text.split('="') if part.startswith("http")] == [
        "http://www.w3.org/2000/svg"
    ]


def test_every_reference_in_the_svg_leads_somewhere() -> None:
    """Marks and clip paths find what they name, under ids of this figure only."""
    text = plot.to_svg(own(plot.errors(sweep(SINE), point=0)))
    other = plot.to_svg(own(plot.errors(sweep(SINE), point=1)))
    root = ET.fromstring(text)  # noqa: S314  (our own text)
    ids = {element.attrib["id"] for element in root.iter() if "id" in element.attrib}
    names = {element.attrib["href"][1:] for element in root.iter() if "href" in element.attrib} | {
        element.attrib["clip-path"][5:-1]
        for element in root.iter()
        if "clip-path" in element.attrib
    }

    assert names == ids
    assert not any(name in other for name in ids)


def test_the_svg_is_small_and_keeps_its_text() -> None:
    """Text stays text for the browser's fonts; 5 stencils x 65 steps take less than 40 KB."""
    table = sweep(SINE).query("stencil != 'central6'")
    text = plot.to_svg(own(plot.errors(table, point=0)))

    assert ">step size h</text>" in text
    assert "10⁻⁶" in text
    assert len(text.encode()) < 40_000


def test_the_marks_of_the_svg_have_titles() -> None:
    """Hovering over a mark tells the stencil and the branch."""
    text = plot.to_svg(own(plot.errors(sweep(SINE), point=0)))

    assert "<title>central, order 2.00, truncation branch</title>" in text


def test_names_are_neither_mathematics_nor_markup() -> None:
    """Dollar signs, angle brackets, and underscores in front appear as they are."""
    case = Case(
        "_$x^{<b>",
        f=np.sin,
        df=np.cos,
        points=[0.7],
        special_points={"_\x1b[31m $\\frac ü 微": 0.0},
    )
    for axes in (
        plot.errors(sweep(case), point=0),
        plot.function(case),
        plot.secants(case),
    ):
        text = plot.to_svg(own(axes))
        ET.fromstring(text)  # noqa: S314  (our own text)

        assert "_$x^{&lt;b&gt;" in text
        assert "\x1b" not in text


def test_the_function_plot_shows_f_and_df() -> None:
    """Two curves with the values of f and df, and a mark at every point."""
    axes = plot.function(SINE)
    f, df = axes.get_lines()[:2]
    x = np.asarray(f.get_xdata())
    marks = [line for line in axes.get_lines() if line.get_marker() == "o"]

    assert np.asarray(f.get_ydata()) == pytest.approx(np.sin(x))
    assert np.asarray(df.get_ydata()) == pytest.approx(np.cos(x))
    assert [float(np.atleast_1d(mark.get_xdata())[0]) for mark in marks] == [0.7, 1.1]


def test_special_points_are_named() -> None:
    """The legend gives the reason of a special point."""
    case = Case("sine", f=np.sin, df=np.cos, points=[0.7], special_points={"f is odd": 0.0})
    legend = plot.function(case).get_legend()
    assert legend is not None

    assert "f is odd" in [text.get_text() for text in legend.get_texts()]


def test_the_interval_stays_in_the_domain() -> None:
    """A function is not drawn where it is not defined."""
    log = Case("log", f=np.log, df=lambda x: 1 / x, points=[0.5], domain="(0, 1)")
    x = np.asarray(plot.function(log).get_lines()[0].get_xdata())

    assert 0 < x.min() < x.max() < 1


def test_a_fast_oscillation_is_drawn_near_the_point() -> None:
    """The interval shrinks until the curve can be followed."""
    case = Case(
        "fast", f=lambda x: np.sin(1e3 * x), df=lambda x: 1e3 * np.cos(1e3 * x), points=[0.7]
    )
    left, right = plot.function(case).get_xlim()

    assert right - left < 0.1


def test_a_jump_is_no_line() -> None:
    """The curve of a step has a gap where it jumps."""
    step = Case("step", f=lambda x: np.where(x < 0, 0.0, 1.0), df=lambda x: 0 * x, points=[0.3])
    curve = np.asarray(plot.function(step).get_lines()[0].get_ydata())

    assert int(np.isnan(curve).sum()) == 1


def test_one_input_of_several_is_moved() -> None:
    """The other inputs stay as at the point, and the axis names the one that moves."""
    axes = plot.function(ROSENBROCK, input=1)
    line = axes.get_lines()[0]
    x = np.asarray(line.get_xdata())

    assert axes.get_xlabel() == "x₁"
    assert np.asarray(line.get_ydata()) == pytest.approx(100 * (x - 1.44) ** 2 + 2.2**2)


def test_an_input_that_is_not_there_is_refused() -> None:
    """The message says which inputs there are."""
    with pytest.raises(SelectionError, match="rosenbrock: there is no input 2; it has 0 to 1"):
        plot.function(ROSENBROCK, input=2)


def test_secants_are_labelled_with_their_slopes() -> None:
    """Step and slope of each secant stand in the legend, the tangent's last."""
    square = Case("square", f=lambda x: x * x, df=lambda x: 2 * x, points=[-1.0])
    legend = plot.secants(square, steps=[1.0, 0.5]).get_legend()
    assert legend is not None

    assert [text.get_text() for text in legend.get_texts()] == [
        "f",
        "h = 1: slope −1",
        "h = 0.5: slope −1.5",
        "tangent: slope −2",
    ]


def test_secants_turn_round_at_the_end_of_the_domain() -> None:
    """Where x + h is outside, the secant goes to x - h."""
    root = Case("root", f=np.sqrt, df=lambda x: 0.5 / np.sqrt(x), points=[0.9], domain="[0, 1]")
    legend = plot.secants(root, steps=[0.5, 0.05]).get_legend()
    assert legend is not None
    labels = [text.get_text().split(":")[0] for text in legend.get_texts()]

    assert labels[1:3] == ["h = −0.5", "h = 0.05"]


def test_secants_need_positive_steps() -> None:
    """A step of zero has no secant."""
    with pytest.raises(StepError, match="positive"):
        plot.secants(SINE, steps=[0.0])


def test_a_derivative_that_raises_leaves_a_gap() -> None:
    """The plot shows the rest of the curve."""

    def df(x: float) -> float:
        if np.ndim(x) or x > 1:
            raise ValueError(x)
        return float(np.cos(x))

    case = Case("fragile", f=np.sin, df=df, points=[0.7])
    slopes = np.asarray(plot.function(case).get_lines()[1].get_ydata())
    x = np.asarray(plot.function(case).get_lines()[1].get_xdata())

    assert np.isnan(slopes[x > 1]).all()
    assert np.isfinite(slopes[x <= 1]).all()


def test_a_table_read_back_from_disk_can_be_drawn() -> None:
    """Without the cases only the prediction is missing."""
    table = sweep(SINE, stencils=[CENTRAL]).query("point == 0")
    plain = pd.DataFrame({name: table[name].tolist() for name in table.columns})
    axes = plot.errors(plain)

    assert axes.get_title(loc="left") == "sine at point 0 (x = 0.7)"


def test_a_plot_takes_a_fraction_of_a_second() -> None:
    """Two hundred of them fit into a report; the bound is generous, for busy machines."""
    table = sweep(SINE).query("point == 0")
    known = convergence(table)
    plot.to_svg(own(plot.errors(table, convergence=known)))
    start = time.process_time()
    plot.to_svg(own(plot.errors(table, convergence=known)))

    assert time.process_time() - start < 1.0
