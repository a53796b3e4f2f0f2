r"""LaTeX as MathML, rebuilt from an allowlist so that a formula can carry no markup of its own.

latex2mathml passes text such as ``\text{<script>}`` through as it is, and leaves out arguments
that are missing. Therefore its element tree is not trusted but written anew: known elements and
attributes only, all text escaped, and a formula that it did not understand is shown as its source.
"""

import re
from collections.abc import Mapping
from html import escape, unescape
from types import MappingProxyType
from typing import Any

_CHILDREN: Mapping[str, int | None] = MappingProxyType(
    {
        "math": None, "mrow": None, "mstyle": None, "mi": None, "mn": None, "mo": None,
        "mtext": None, "mspace": None, "ms": None, "mphantom": None, "mpadded": None,
        "mtable": None, "mtr": None, "mtd": None, "msqrt": None,
        "mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2,
        "msubsup": 3, "munderover": 3,
    }
)  # fmt: skip
"""The elements that may appear, and how many children each must have (None: any number)."""

_ATTRIBUTES = frozenset(
    {
        "accent", "accentunder", "columnalign", "columnspacing", "displaystyle", "fence", "form",
        "height", "linethickness", "lspace", "mathsize", "mathvariant", "maxsize", "minsize",
        "movablelimits", "rowspacing", "rspace", "scriptlevel", "separator", "stretchy",
        "symmetric", "width",
    }
)  # fmt: skip
_PLAIN_VALUE = re.compile(r"[\w.+\- %]{0,40}")

_LONGEST = 4000
"""Longer formulas are shown as text: they are data that somebody generated, not formulas."""


def mathml(latex: str, *, display: str = "inline") -> str:
    r"""Convert LaTeX to a MathML element, or to its escaped source where that is not possible.

    Parameters
    ----------
    latex : str
        A formula without dollar signs.
    display : {"inline", "block"}
        How the formula is set.

    Returns
    -------
    str
        HTML that is safe to insert: ``<math>`` with elements and attributes of a fixed list, or
        ``<code class="latex">`` with the source.

    Examples
    --------
    >>> mathml("x^2")
    '<math display="inline"><mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math>'
    >>> mathml(r"a \right)")
    '<code class="latex">a \\right)</code>'
    """
    tree = _converted(latex, display)
    body = None if tree is None else "".join(_written(child) or "\0" for child in tree)
    if body is None or "\0" in body:
        return f'<code class="latex">{escape(latex)}</code>'
    return f'<math display="{escape(display)}">{body}</math>'


def _converted(latex: str, display: str) -> Any | None:
    """Return latex2mathml's element tree, or None if it fails in any way."""
    from latex2mathml.converter import convert_to_element

    if not latex.strip() or len(latex) > _LONGEST or "\0" in latex:
        return None
    try:
        return convert_to_element(latex, display=display)
    except Exception:  # noqa: BLE001  (then the source is shown)
        return None


def _written(element: Any) -> str | None:
    """Write an element anew; None if it is unknown, incomplete, or a command left as it was."""
    expected = _CHILDREN.get(element.tag, -1)
    children = list(element)
    text = unescape(element.text or "")
    if expected not in (None, len(children)) or text.startswith("\\"):
        return None
    inner = [_written(child) for child in children]
    if None in inner:
        return None
    attributes = "".join(
        f' {name}="{escape(str(value))}"'
        for name, value in sorted(element.attrib.items())
        if name in _ATTRIBUTES and _PLAIN_VALUE.fullmatch(str(value))
    )
    content = escape(text, quote=False) + "".join(part or "" for part in inner)
    return f"<{element.tag}{attributes}>{content}</{element.tag}>"
