"""A stored run as JSON Lines: an object a case."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from gradcheck.batch.reading import NOT_RUN, Run
from gradcheck.batch.scanning import with_causes

SCHEMA = 1
"""The version of the objects; it grows when a key changes its meaning or is gone."""

_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff]")
"""What JSON allows, but a terminal, or a reader that splits lines, takes for a command."""


def jsonl_lines(run: Run) -> Iterator[str]:
    """Yield a line of JSON a case, in the order of the run.

    An object has `schema` (1), the columns of `Run.summary`, and under `findings` a list of the
    causes: code, certainty and message. What is missing, and every NaN or infinity, is null; the
    outcome of a case that was not reached is "not run".
    """
    for record in with_causes(run):
        told = {"schema": SCHEMA} | {key: _finite(value) for key, value in record.items()}
        told["outcome"] = told["outcome"] or NOT_RUN
        text = json.dumps(told, ensure_ascii=False, allow_nan=False)
        yield _UNSAFE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
