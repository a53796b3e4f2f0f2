"""Figures as inline SVG: small, deterministic, in the fonts and colours of the page around them."""

import hashlib
import io
import re
import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK = "#1b1b1b"
"""The colour of text and lines that becomes the page's text colour (`currentColor`)."""
PAPER = "#fdfdfd"
"""The colour that becomes the page's background: the CSS variable `--paper`, else white."""
TITLE = "title:"
"""An artist whose gid starts so is given the rest as its title, shown on hover."""

_SETTINGS: Any = {"svg.fonttype": "none", "svg.hashsalt": "gradcheck"}
_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}
_JOINS = "stroke-linejoin:round;stroke-linecap:butt"


def to_svg(figure: "Figure") -> str:
    """Draw a figure as inline SVG for an HTML page.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Any figure; those of `gradcheck.plot` take on the page's colours and fonts.

    Returns
    -------
    str
        An ``<svg>`` element without XML prolog: as wide as its container, text as text, no date,
        no style sheet, no external reference. The same figure gives the same text; ids carry a
        fingerprint of the figure, so that many fit on one page.

    Examples
    --------
    >>> import gradcheck as gc
    >>> square = gc.Case("square", f=lambda x: x**2, df=lambda x: 2 * x, points=[3.0])
    >>> to_svg(gc.plot.function(square).figure)[:4]
    '<svg'
    """
    import matplotlib as mpl

    buffer = io.StringIO()
    with mpl.rc_context(_SETTINGS), warnings.catch_warnings():
        # The browser has the fonts that matplotlib misses.
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        figure.savefig(buffer, format="svg", facecolor="none", metadata=_METADATA)
    text = buffer.getvalue()
    return _with_own_ids(_compact(text[text.index("<svg") :])).strip()


def _compact(text: str) -> str:
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"<svg[^>]*>", _root, text, count=1)
    text = re.sub(rf'<g id="{TITLE}([^"]*)">', r"<g><title>\1</title>", text)
    text = _MARKS.sub(_shared_style, text)
    text = _TEXT_STYLE.sub(_text_style, text)
    text = text.replace(INK, "currentColor").replace(PAPER, "var(--paper, #fff)")
    text = re.sub(r'\b(d|x|y|transform|width|height)="[^"]*"', _rounded, text)
    text = re.sub(r"rotate\(-?0(\.0)?( [^)]*)?\)", "", text).replace(' transform=""', "")
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"\s*\n\s*", "\n", text)
    return _EMPTY.sub("", text)


def _root(match: re.Match[str]) -> str:
    box = re.search(r'viewBox="[\d. ]+"', match[0])
    assert box is not None
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {box[0]} '
        f'role="img" font-family="system-ui, sans-serif" '
        f'style="width:100%;height:auto;{_JOINS}">'
    )


_MARKS = re.compile(
    r'<g(?P<clip> clip-path="[^"]*")?>(?P<marks>(?:\s*<use [^>]*style="[^"]*"/>)+)\s*</g>'
)
_TEXT_STYLE = re.compile(r'(<(?:text|tspan)[^>]*style=")([^"]*)"')
_STYLE = re.compile(r' style="([^"]*)"')
_EMPTY = re.compile(r"<g>\s*</g>\n?")


def _shared_style(match: re.Match[str]) -> str:
    """Write the style of equal marks once, on their group."""
    styles = set(_STYLE.findall(match["marks"]))
    if len(styles) != 1:
        return match[0]
    return f'<g{match["clip"] or ""} style="{styles.pop()}">{_STYLE.sub("", match["marks"])}</g>'


def _text_style(match: re.Match[str]) -> str:
    """Keep the size and the weight of a font, and leave the family to the page."""
    style = re.sub(r"font: ((?:italic |bold |\d{3} )*)([\d.]+)px [^;]*", _font, match[2])
    style = re.sub(r"font-family: [^;]*(; )?", "", style)
    return f'{match[1]}{style}"'


def _font(match: re.Match[str]) -> str:
    slant = "; font-style: italic" if "italic" in match[1] else ""
    weight = "; font-weight: bold" if "bold" in match[1] or "700" in match[1] else ""
    return f"font-size: {match[2]}px{weight}{slant}"


def _rounded(match: re.Match[str]) -> str:
    text = re.sub(r"-?\d+\.\d+", _short, match[0])
    return re.sub(r"\s*\n([MLCQz])\s*", r"\1", text.replace("M ", "M")) if match[1] == "d" else text


def _short(number: re.Match[str]) -> str:
    short = f"{float(number[0]):.2f}".rstrip("0").rstrip(".")
    return "0" if short == "-0" else short


def _with_own_ids(text: str) -> str:
    """Drop the ids that nothing refers to, and give the others short names of the figure's own."""
    used = dict.fromkeys(re.findall(r'(?:href="#|url\(#)([^")]+)', text))
    mark = hashlib.sha256(text.encode()).hexdigest()[:6]
    names = {name: f"g{mark}{number}" for number, name in enumerate(used)}
    text = re.sub(r' id="([^"]*)"', lambda m: f' id="{names[m[1]]}"' if m[1] in used else "", text)
    return re.sub(r'(?:xlink:)?(href="#|url\(#)([^")]+)', lambda m: m[1] + names[m[2]], text)
