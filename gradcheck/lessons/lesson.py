"""A lesson: a page that can be shown in a notebook, saved, and opened anywhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from gradcheck.lessons.definition import Definition, read
from gradcheck.lessons.measuring import Measured, measure_all
from gradcheck.lessons.page import page
from gradcheck.lessons.text import Text, render
from gradcheck.lessons.words import require_language, words_of
from gradcheck.output.file import whole_file


@dataclass(frozen=True)
class Lesson:
    """A lesson in one language, as one self-contained HTML page."""

    name: str
    lang: str
    title: str
    html: str = field(repr=False)
    """The page: no other file is needed to open it."""

    def save(self, path: str | Path) -> Path:
        """Write the page to a file, which replaces an earlier one.

        Parameters
        ----------
        path : str or Path
            An HTML file, or a folder, in which it is called like "sigmoid.en.html".

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        target = Path(path)
        if target.is_dir():
            target /= f"{self.name}.{self.lang}.html"
        with whole_file(target) as file:
            file.write(self.html.encode())
        return target

    def _repr_html_(self) -> str:
        """Show the page in a frame of its own, so that it and the notebook keep apart."""
        return (
            f'<iframe srcdoc="{escape(self.html)}" title="{escape(self.title)}" '
            'style="width:100%;height:46rem;border:1px solid #8888;border-radius:6px" '
            'sandbox="allow-scripts"></iframe>'
        )


def lesson(name: str | Path, *, lang: str = "en") -> Lesson:
    """Build a lesson on derivatives and the errors of finite differences.

    Parameters
    ----------
    name : str or Path
        "derivative-basics", "sigmoid", "step-size" or "find-the-bug", or a TOML file that changes
        the function, the point or the steps of one of them.
    lang : {"en", "ja"}
        The language.

    Returns
    -------
    Lesson
        Displays in a notebook; `.save(path)` writes it.

    Raises
    ------
    DefinitionError
        If there is no such lesson or language, or the TOML file cannot be used.

    Examples
    --------
    >>> lesson("find-the-bug").save("find-the-bug.en.html")  # doctest: +SKIP
    PosixPath('find-the-bug.en.html')
    """
    require_language(lang)
    definition = read(name)
    text = told(definition, measure_all(definition), lang)
    html = page("lesson.html", lang=lang, text=text, command=f"{command(definition)} --lang {lang}")
    return Lesson(definition.name, lang, text.title, html)


def told(definition: Definition, measured: Mapping[str, Measured], lang: str) -> Text:
    """Render the text of a lesson in one language."""
    words = words_of(lang)
    context: dict[str, Any] = {name: each.view(words) for name, each in measured.items()}
    return render(definition.folder / f"{lang}.md", {**context, "words": words})


def command(definition: Definition) -> str:
    """Return the command that builds a lesson, without the language."""
    name = definition.file.name if definition.name != definition.lesson else definition.name
    return f"gradcheck lesson {name}"
