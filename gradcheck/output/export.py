"""Tables as compressed CSV: the same table gives the same bytes, and no cell runs as a formula."""

import gzip
import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a cell starts that a spreadsheet would run; the wide forms do so in Japanese ones."""

_COMPRESSION = 6
_EXACT = frozenset({"x", "h", "numeric", "analytic", "derivative"})
"""Columns written with every digit; of the others, errors and such, six digits say it all."""


def csv_gz(table: "pd.DataFrame") -> bytes:
    """Write a table as gzip-compressed CSV (UTF-8, header line).

    Text that a spreadsheet would run as a formula, because it starts with ``= + - @``, a tab or
    a line break, gets an apostrophe in front. The numbers x, h, numeric, analytic and derivative
    are written so that reading gives them back; everything derived from them has six digits.

    Examples
    --------
    >>> import pandas as pd
    >>> data = csv_gz(pd.DataFrame({"case": ["=1+1"], "h": [0.1], "abs_error": [1 / 3]}))
    >>> gzip.decompress(data).decode().splitlines()
    ['case,h,abs_error', "'=1+1,0.1,0.333333"]
    """
    buffer = io.BytesIO()
    with gzip.GzipFile(
        filename="", mode="wb", fileobj=buffer, compresslevel=_COMPRESSION, mtime=0
    ) as file:
        file.write(_neutral(table).to_csv(index=False, lineterminator="\n").encode())
    return buffer.getvalue()


def _neutral(table: "pd.DataFrame") -> "pd.DataFrame":
    """Return the table with every text made harmless: the words of categories, and plain text."""
    import pandas as pd

    columns: dict[Any, Any] = {}
    for name, column in table.items():
        if isinstance(column.dtype, pd.CategoricalDtype):
            columns[name] = column.cat.rename_categories(_quoted)
        elif column.dtype.kind == "f" and name not in _EXACT:
            columns[name] = ["" if v != v else f"{v:.6g}" for v in column.tolist()]  # noqa: PLR0124  (NaN)
        elif column.dtype.kind in "iufb":
            columns[name] = column
        else:
            columns[name] = column.map(_quoted)
    return pd.DataFrame(columns)


def _quoted(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
