"""A page of the lessons: one HTML file with its style and its script inside."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from gradcheck.lessons import markup
from gradcheck.lessons.text import FILTERS, Text
from gradcheck.lessons.words import LANGUAGES, lessons_folder, words_of

if TYPE_CHECKING:
    from jinja2 import Environment

_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{}'; "
    "base-uri 'none'; form-action 'none'"
)


@dataclass(frozen=True)
class Link:
    """A page that was built together with this one."""

    href: str
    title: str
    lang: str
    rel: str = ""
    """How it stands to this one: "prev", "next", "up", "alternate"."""


def page(
    template: str,
    *,
    lang: str,
    text: Text,
    command: str,
    links: Sequence[Link] = (),
    extra: Mapping[str, Any] | None = None,
) -> str:
    """Fill in a page.

    Parameters
    ----------
    template : str
        A file of the templates' folder.
    lang : str
        The language of the text.
    text : Text
        What the page says.
    command : str
        The command that makes this page.
    links : sequence of Link
        The other pages.
    extra : mapping of str to object, optional
        What else the template uses.

    Returns
    -------
    str
        A whole HTML document, which asks for nothing else.
    """
    from gradcheck import __version__

    script = _joined("*.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        environment()
        .get_template(template)
        .render(
            text=text,
            words=words_of(lang),
            lang=lang,
            languages=LANGUAGES,
            command=command,
            links=links,
            version=__version__,
            policy=_POLICY.format(digest),
            style=Markup(_joined("*.css")),  # noqa: S704  (a file of this package)
            script=Markup(script),  # noqa: S704  (a file of this package)
            **(extra or {}),
        )
    )


@cache
def environment() -> "Environment":
    """Return the templates of the lessons; they escape everything but `Markup`."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    templates = Environment(
        loader=FileSystemLoader(lessons_folder() / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= FILTERS
    templates.globals["table"] = markup.table
    return templates


@cache
def _joined(pattern: str) -> str:
    """Join files of the templates' folder, `lesson.*` first."""
    files = sorted(
        (lessons_folder() / "templates").glob(pattern),
        key=lambda file: (file.stem != "lesson", file.name),
    )
    return "\n".join(file.read_text(encoding="utf-8") for file in files)
