"""Draw the pictures of README.md and docs/: `python docs/make_images.py`.

The same cases, stencils and drawing functions that the text shows; the files under docs/images/
are committed, and a test compares them with what this script draws.
"""

from pathlib import Path

from matplotlib.axes import Axes

import gradcheck as gc

IMAGES = Path(__file__).resolve().parent / "images"

STENCILS = (gc.FORWARD, gc.CENTRAL, gc.CENTRAL4, gc.COMPLEX_STEP)


def v_plot() -> str:
    """Draw the error of the built-in sigmoid's derivative against h, at x = 0.6."""
    case = gc.load_cases()["sigmoid"]
    table = gc.sweep(case, stencils=STENCILS)
    return svg(gc.plot.errors(table, point=1))


def secants() -> str:
    """Draw the secants of the built-in sigmoid as they turn into the tangent."""
    return svg(gc.plot.secants(gc.load_cases()["sigmoid"], point=1))


def svg(axes: Axes) -> str:
    """Return the figure of the axes as SVG."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    return gc.plot.to_svg(figure)


DRAWINGS = {"v_plot.svg": v_plot, "secants.svg": secants}


def main() -> None:
    """Write every picture."""
    IMAGES.mkdir(exist_ok=True)
    for name, draw in DRAWINGS.items():
        (IMAGES / name).write_text(draw(), encoding="utf-8")


if __name__ == "__main__":
    main()
