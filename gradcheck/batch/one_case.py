"""What a store knows of one case besides its row and its result."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gradcheck.batch.connection import reading
from gradcheck.batch.paging import table_pages
from gradcheck.batch.reading import Run

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, eq=False)
class Background:
    """Where a case comes from, and where it was examined."""

    tags: tuple[str, ...]
    environment: Mapping[str, Any]
    """That of the session that examined the case; empty if none did."""
    curves: "pd.DataFrame"
    """Its rows of `Run.convergence`; none if they were not kept."""


def background(run: Run, case: str) -> Background:
    """Read what there is about one case; nothing is read of the others."""
    with reading(run.path) as connection:
        tags = connection.execute(
            "SELECT tag FROM tag JOIN planned USING (id) WHERE name = ? ORDER BY tag", (case,)
        ).fetchall()
        examined = connection.execute(
            "SELECT environment FROM planned JOIN examined USING (id) "
            "JOIN session ON session.id = examined.session WHERE name = ?",
            (case,),
        ).fetchone()
    return Background(
        tags=tuple(tag for (tag,) in tags),
        environment={} if examined is None else json.loads(examined[0]),
        curves=next(table_pages(run.path, "convergence", "name = ?", case)),
    )
