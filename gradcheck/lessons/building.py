"""The lessons as files: each by itself, or all of them with an index and a page for teachers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from gradcheck.errors import OutputError
from gradcheck.lessons.definition import Definition, lesson_names, read
from gradcheck.lessons.lesson import command, told
from gradcheck.lessons.measuring import measure_all
from gradcheck.lessons.page import Link, page
from gradcheck.lessons.text import Text, render
from gradcheck.lessons.words import lessons_folder, require_language
from gradcheck.output.file import whole_file

COLLECTIVE = ("index", "teacher")
"""The pages about all lessons."""

_GENERATOR = b'<meta name="generator" content="gradcheck'


def build(
    names: Sequence[str | Path],
    *,
    langs: Sequence[str],
    out: str | Path,
    on_start: Callable[[str], None] = lambda _: None,
) -> tuple[Path, ...]:
    """Build lessons into a folder.

    Parameters
    ----------
    names : sequence of str or Path
        Lessons, or TOML files that change one; none means all, with an index and the page for
        teachers.
    langs : sequence of str
        The languages, each a file: "sigmoid.en.html".
    out : str or Path
        The folder; it is made if need be.
    on_start : callable
        Called with the name of each lesson before it is built.

    Returns
    -------
    tuple of Path
        The files, in the order in which they are read: with an index, that comes first.

    Raises
    ------
    DefinitionError
        If a lesson or a language is unknown, or a TOML file cannot be used.
    OutputError
        If a file cannot be written, or one that gradcheck did not write is in the way.
    """
    for lang in langs:
        require_language(lang)
    definitions = [read(name) for name in (names or lesson_names())]
    folder = Path(out)
    _make(folder)
    collective = () if names else COLLECTIVE
    files = {
        (name, lang): folder / f"{name}.{lang}.html"
        for lang in langs
        for name in (*collective, *(each.name for each in definitions))
    }
    for file in files.values():
        _require_ours(file)
    pages = dict(_pages(definitions, langs, collective, on_start))
    for key, html in pages.items():
        with whole_file(files[key]) as target:
            target.write(html.encode())
    return tuple(files.values())


def _pages(
    definitions: Sequence[Definition],
    langs: Sequence[str],
    collective: Sequence[str],
    on_start: Callable[[str], None],
) -> Iterator[tuple[tuple[str, str], str]]:
    """Ask the engine once for all languages, and yield the pages by name and language."""
    lessons: dict[str, dict[str, Text]] = {lang: {} for lang in langs}
    for definition in definitions:
        on_start(definition.name)
        measured = measure_all(definition)
        for lang in langs:
            lessons[lang][definition.name] = told(definition, measured, lang)
    texts = {lang: _with_collective(lessons[lang], lang, collective) for lang in langs}
    commands = {definition.name: command(definition) for definition in definitions}
    for lang, all_texts in texts.items():
        for name, text in all_texts.items():
            yield (
                (name, lang),
                page(
                    f"{name if name in collective else 'lesson'}.html",
                    lang=lang,
                    text=text,
                    command=f"{commands.get(name, 'gradcheck lesson')} --lang {lang}",
                    links=tuple(_links(name, lang, texts, collective)),
                    extra={"lessons": lessons[lang]},
                ),
            )


def _with_collective(
    lessons: Mapping[str, Text], lang: str, collective: Sequence[str]
) -> dict[str, Text]:
    """Return all texts of a language in the order of reading: index, lessons, teacher's page."""
    context = {"title": {name: text.title for name, text in lessons.items()}}
    about = {name: render(lessons_folder() / name / f"{lang}.md", context) for name in collective}
    first = {name: about.pop(name) for name in collective[:1]}
    return {**first, **lessons, **about}


def _links(
    name: str, lang: str, texts: Mapping[str, Mapping[str, Text]], collective: Sequence[str]
) -> Iterator[Link]:
    """Name the other pages: up, before, after, and this one in the other languages."""

    def link(other: str, to: str, rel: str) -> Link:
        return Link(f"{other}.{to}.html", texts[to][other].title, to, rel)

    order = list(texts[lang])
    place = order.index(name)
    if collective and place > 0:
        yield link(order[0], lang, "up")
        if place > 1:
            yield link(order[place - 1], lang, "prev")
    if collective and place + 1 < len(order):
        yield link(order[place + 1], lang, "next")
    for other in texts:
        if other != lang:
            yield link(name, other, "alternate")


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{folder}: the folder cannot be made: {error.strerror}; choose another with --out"
        ) from None


def _require_ours(file: Path) -> None:
    """Raise if there is a file that gradcheck did not write."""
    if not file.is_file():
        return
    with file.open("rb") as already:
        if _GENERATOR not in already.read(2000):
            raise OutputError(
                f"{file}: not written by gradcheck, so it is not replaced; choose another folder "
                "with --out, or move the file away"
            )
