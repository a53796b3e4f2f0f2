"""The game as HTML: complete without a script, which only shows the rounds one by one.

`templates/game.js` adds the score and the buttons. On paper the game is a work sheet: all rounds,
and no solution.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from gradcheck.lessons.instruments.game.mending import Line, show
from gradcheck.lessons.markup import Column, formula_block, table
from gradcheck.lessons.parts import said
from gradcheck.lessons.words import Words
from gradcheck.verdict.result import Result

_SPOKEN = (
    "score", "progress", "round-right", "round-wrong", "round-open", "choose-first", "end-all",
    "end-most", "end-some",
)  # fmt: skip
"""The words that the script needs: attributes `data-...` of the game."""


@dataclass(frozen=True, kw_only=True)
class RoundWords:
    """A round, ready to be shown."""

    number: int
    """From 1 on."""
    name: str
    """The entries of words/game.toml that begin so are its texts."""
    formula: str
    tables: tuple[Markup, ...]
    options: tuple[str, ...]
    answer: str
    result: Result
    lines: tuple[Line, ...]


def page(rounds: Sequence[RoundWords], words: Words) -> Markup:
    """Write the whole game."""
    spoken = Markup(" ").join(
        Markup('data-{}="{}"').format(key, words(f"game.{key}")) for key in _SPOKEN
    )
    shown = Markup("\n").join(_round(each, words) for each in rounds)
    return Markup(
        '<div class="game" id="game" role="group" aria-label="{}" {}>\n{}\n{}\n{}\n</div>'
    ).format(words("game.name"), spoken, _bar(rounds, words), shown, _turn(words))


def key(rounds: Sequence[RoundWords], words: Words) -> Markup:
    """Write a table of the rounds: what is given, the right name, and the other names."""
    columns = [
        Column(words("game.key-round")),
        *(Column(words(f"game.key-{name}"), "words") for name in ("given", "right", "others")),
    ]
    rows = [
        (
            str(each.number),
            Markup("<b>{}</b> {}").format(
                words(f"game.{each.name}-title"), words(f"game.{each.name}-statement")
            ),
            words(f"game.option-{each.answer}"),
            Markup("<br>").join(
                words(f"game.option-{option}") for option in each.options if option != each.answer
            ),
        )
        for each in rounds
    ]
    return table(columns, rows, label=words("game.key-label"), style="game-key")


def _bar(rounds: Sequence[RoundWords], words: Words) -> Markup:
    """Write the numbers of the rounds and the score, hidden until a script can use them."""
    buttons = Markup().join(
        Markup('<li><button type="button" aria-label="{}"><span>{}</span></button></li>').format(
            words("game.round", number=number), number
        )
        for number in range(1, len(rounds) + 1)
    )
    return Markup(
        '<div class="game-bar" hidden><ol class="game-rounds" aria-label="{}">{}</ol>'
        '<p class="game-score" role="status"></p></div>'
    ).format(words("game.rounds"), buttons)


def _turn(words: Words) -> Markup:
    return Markup(
        '<div class="game-turn" hidden><button type="button" class="game-previous">← {}</button>'
        '<button type="button" class="game-next">{} →</button></div>\n'
        '<div class="game-end" hidden tabindex="-1"><p></p>'
        '<button type="button" class="game-again">{}</button></div>'
    ).format(words("game.previous"), words("game.next"), words("game.again"))


def _round(each: RoundWords, words: Words) -> Markup:
    name = each.name
    return Markup(
        '<section class="round" aria-labelledby="game-{name}">\n'
        '<h3 id="game-{name}" tabindex="-1"><span class="game-number">{round}</span> {title}</h3>\n'
        "<p>{statement}</p>\n{formula}\n{tables}\n{choices}\n{solution}\n</section>"
    ).format(
        name=name,
        round=words("game.round", number=each.number),
        title=words(f"game.{name}-title"),
        statement=words(f"game.{name}-statement"),
        formula=formula_block(f"f = {each.formula}"),
        tables=Markup("\n").join(each.tables),
        choices=_choices(each, words),
        solution=_solution(each, words),
    )


def _choices(each: RoundWords, words: Words) -> Markup:
    options = Markup("\n").join(
        _option(each, number, option, words) for number, option in enumerate(each.options)
    )
    return Markup(
        '<fieldset class="choices"><legend>{}</legend>\n{}\n'
        '<p class="game-act" hidden><button type="button" class="game-answer">{}</button></p>\n'
        '<p class="game-said" role="status"></p></fieldset>'
    ).format(words("game.question"), options, words("game.answer"))


def _option(each: RoundWords, number: int, option: str, words: Words) -> Markup:
    is_right = option == each.answer
    return Markup(
        '<div class="option {kind}"><input type="radio" name="game-{name}" '
        'id="game-{name}-{number}"><label for="game-{name}-{number}">{label}</label>'
        '<p class="feedback"><b>{word}</b> {feedback}</p></div>'
    ).format(
        kind="right" if is_right else "wrong",
        name=each.name,
        number=number,
        label=words(f"game.option-{option}"),
        word=words("frame.right" if is_right else "frame.wrong"),
        feedback=words(f"game.{each.name}-{option}"),
    )


def _solution(each: RoundWords, words: Words) -> Markup:
    return Markup(
        '<details class="game-solution"><summary>{summary}</summary>\n'
        "<p><b>{found} {option}</b></p>\n<p>{why}</p>\n"
        '<p class="game-part">{code_head}</p>\n{code}\n'
        '<p class="game-part">{tool_head}</p>\n{tool}\n</details>'
    ).format(
        summary=words("game.solution"),
        found=words("frame.answer"),
        option=words(f"game.option-{each.answer}"),
        why=words(f"game.{each.name}-{each.answer}"),
        code_head=words("game.lines"),
        code=show(each.lines, words, label=words("game.code", number=each.number)),
        tool_head=words("game.tool"),
        tool=diagnosis(each.result, words),
    )


def diagnosis(result: Result, words: Words) -> Markup:
    """Write what the tool prints, and in the page's language what each finding means."""
    findings = Markup().join(_findings(result, words))
    listed = Markup("<ul>{}</ul>").format(findings) if findings else ""
    return Markup('<div class="diagnosis"><p>{}</p>{}</div>').format(said.sentences(result), listed)


def _findings(result: Result, words: Words) -> Iterable[Markup]:
    for code, certainty in dict.fromkeys((each.code, each.certainty) for each in result.findings):
        yield Markup("<li><code>{}</code>: {} <small>({}: {})</small></li>").format(
            code, words(f"finding.{code}"), certainty, words(f"game.certainty-{certainty}")
        )
