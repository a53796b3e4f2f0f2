"""What a check said, for a lesson: the verdict in the page's language, the words as printed."""

from collections.abc import Sequence

from markupsafe import Markup

from gradcheck.lessons.markup import Cell, Column
from gradcheck.lessons.words import Words
from gradcheck.output.verdict_story import story
from gradcheck.verdict.result import Result, Verdict

_MARKS = {Verdict.PASS: "✓", Verdict.FAIL: "✗", Verdict.INCONCLUSIVE: "?"}


def verdict(words: Words, result: Result) -> Markup:
    """Write a verdict: a mark, and the word of the page's language."""
    return Markup('<span class="verdict {}">{} {}</span>').format(
        result.verdict, _MARKS[result.verdict], words(f"verdict.{result.verdict}")
    )


def sentences(result: Result) -> Markup:
    """Write what the tool prints about a verdict, in its own language, which is English."""
    told = story(result)
    headline = f"{told.verdict.name}: {told.sentence}"
    lines = [headline, *map(str, told.causes), *([told.message] if told.message else [])]
    return Markup('<span class="printed" lang="en">{}</span>').format(
        Markup("<br>").join(map(Markup.escape, lines))
    )


def headline(result: Result) -> Markup:
    """Write the first line of what the tool prints."""
    told = story(result)
    return Markup('<span class="printed" lang="en">{}: {}</span>').format(
        told.verdict.name, told.sentence
    )


def causes(result: Result) -> Markup:
    """Write the causes that the tool names, a line each."""
    lines = [str(cause) for cause in story(result).causes] or [story(result).sentence]
    return Markup('<span class="printed" lang="en">{}</span>').format(
        Markup("<br>").join(map(Markup.escape, lines))
    )


def explained(words: Words, result: Result) -> str:
    """Say in the page's language what the findings mean, by their codes."""
    between = words("verdict.or")
    return between.join(
        dict.fromkeys(words(f"finding.{finding.code}") for finding in result.findings)
    )


def named(words: Words, mathematics: Markup) -> Markup:
    """Write a formula as a heading, with a word before it for those who hear the page."""
    return Markup('<span class="unseen">{} </span>{}').format(words("verdict.formula"), mathematics)


def letter(variable: str) -> Markup:
    """Write a letter as in a formula."""
    return Markup("<i>{}</i>").format(variable)


def told_table(
    columns: Sequence[Column],
    rows: Sequence[Sequence[Cell]],
    told: Sequence[Markup],
    *,
    label: str,
) -> Markup:
    """Write a table in which each row is followed by what the tool said about it.

    Parameters
    ----------
    columns : sequence of Column
    rows : sequence of sequences of str or Markup
        The first cell of each row is its heading.
    told : sequence of Markup
        What was said about each row; it spans all columns, so that phones need not scroll.
    label : str
        What the table is, as its caption.
    """
    heads = Markup().join(
        Markup('<th scope="col" class="{}">{}</th>').format(each.style, each.head)
        for each in columns
    )
    body = Markup("\n").join(
        Markup('<tr>{}</tr>\n<tr class="told"><td colspan="{}">{}</td></tr>').format(
            _cells(columns, row), len(columns), words
        )
        for row, words in zip(rows, told, strict=True)
    )
    return Markup(
        '<div class="scroll" role="region" aria-label="{}" tabindex="0">\n'
        '<table class="figures wrapped">\n<caption>{}</caption>\n<thead><tr>{}</tr></thead>\n'
        "<tbody>\n{}\n</tbody>\n</table>\n</div>"
    ).format(label, label, heads, body)


def _cells(columns: Sequence[Column], row: Sequence[Cell]) -> Markup:
    first, *rest = zip(columns, row, strict=True)
    return Markup('<th scope="row" class="{}">{}</th>').format(first[0].style, first[1]) + (
        Markup().join(
            Markup('<td class="{}">{}</td>').format(column.style, cell) for column, cell in rest
        )
    )
