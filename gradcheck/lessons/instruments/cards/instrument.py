"""The instrument "cards": the rules of differentiation, each with an example that is measured."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from markupsafe import Markup

from gradcheck.errors import DefinitionError
from gradcheck.lessons import markup
from gradcheck.lessons.instruments.cards.card import Card, Product, read_card
from gradcheck.lessons.instruments.cards.small_plot import Frame, small_plot
from gradcheck.lessons.instruments.cards.tables import errors_table, products_table, wrong_table
from gradcheck.lessons.instruments.errors.legend import told
from gradcheck.lessons.instruments.errors.parts import folded_parts
from gradcheck.lessons.instruments.errors.rows import Row
from gradcheck.lessons.parts.derivations import derivation
from gradcheck.lessons.parts.said import causes, explained, headline
from gradcheck.lessons.setting import Setting
from gradcheck.lessons.words import Words
from gradcheck.verdict.result import Result

_OF_THE_TOOL = "en"
"""The language in which the tool prints."""


def measure(setting: Setting) -> "Cards":
    """Measure every card.

    Raises
    ------
    DefinitionError
        If the block, or one of its cards, says something that cannot be used.
    """
    setting.require_known("card", "stencils", "steps", "smaller")
    cards = {}
    for value in setting.value("card").items("a list of cards"):
        card = read_card(setting, value)
        if card.name in cards:
            raise value.at("name").wrong("a name that no other card has")
        cards[card.name] = card
    return Cards(cards)


@dataclass(frozen=True)
class Cards:
    """What was measured, by the names of the cards."""

    cards: Mapping[str, Card]

    def view(self, words: Words) -> "CardsView":
        """Return what a text uses."""
        return CardsView(self.cards, words)


@dataclass(frozen=True)
class CardView:
    """One card in one language."""

    card: Card
    words: Words
    frame: Frame

    @property
    def x(self) -> float:
        """The point, its first coordinate."""
        return self.card.readings[0].x

    @property
    def point(self) -> list[float]:
        """The whole point."""
        coordinates: list[float] = self.card.case.all_points[0].reshape(-1).tolist()
        return coordinates

    @property
    def true(self) -> float:
        """The derivative there, by the first input."""
        return self.card.readings[0].true

    @property
    def product(self) -> Product:
        """The parts of the product rule."""
        if self.card.product is None:
            raise DefinitionError(f"card {self.card.name}: its derivation is not of a product")
        return self.card.product

    def row(self, number: int, stencil: str, *, input: int = 0) -> Row:  # noqa: A002  (the name of the column)
        """Return a row of the table by its place, from 0; its regime is not put into words."""
        return self.card.readings[input].by_stencil[stencil].rows[number]

    def error(self, h: float, stencil: str, *, input: int = 0) -> float:  # noqa: A002  (as above)
        """Return the size of an error of the table."""
        rows = self.card.readings[input].by_stencil[stencil].rows
        found = [row.abs_error for row in rows if np.isclose(row.h, h, rtol=1e-9, atol=0)]
        if not found:
            raise DefinitionError(f"card {self.card.name}: there is no step {h!r}")
        return found[0]

    @property
    def formula(self) -> Markup:
        """The formula of f."""
        return markup.formula(self.card.case.formula)

    @property
    def derivative_formula(self) -> Markup:
        """The formula of f′."""
        return markup.formula(self.card.case.derivative_formula)

    @property
    def rule(self) -> Markup:
        """The rule, on a line of its own."""
        return markup.formula_block(self.card.rule)

    @property
    def derivation(self) -> Markup:
        """The derivation, step by step."""
        return derivation(self.card.derived, self.words)

    @property
    def table(self) -> Markup:
        """The errors of every formula by h."""
        return errors_table(self.card.readings, self.words)

    @property
    def plot(self) -> Markup:
        """The small V plot."""
        found = self.card.readings[0]
        svg = small_plot(
            found,
            self.frame,
            label=told(found, self.words),
            axes=(self.words("errors.axis-h"), self.words("errors.axis-error")),
        )
        return Markup('<figure class="small">{}<figcaption>{}</figcaption></figure>').format(
            svg, self.formula
        )

    @property
    def parts(self) -> Markup:
        """Both parts of the errors, at smaller steps as well, folded away."""
        return Markup("\n").join(
            folded_parts(found, tuple(found.by_stencil.values()), self.words)
            for found in self.card.parts
        )

    @property
    def shown(self) -> Markup:
        """The table and the small V plot, side by side where there is room, and both parts."""
        beside = Markup('<div class="beside">{}{}</div>').format(self.table, self.plot)
        return beside + "\n" + self.parts

    @property
    def verdict(self) -> Markup:
        """What the tool says of the rule."""
        return headline(self.card.result)

    @property
    def wrong_formula(self) -> Markup:
        """The derivative by the wrong rule."""
        return markup.formula(self._wrong.case.derivative_formula)

    @property
    def wrong_table(self) -> Markup:
        """The table a, n, a/n, a - n of the wrong rule, at all points."""
        return wrong_table(self._wrong, self.words)

    @property
    def finding(self) -> Markup:
        """What the tool says of the wrong rule, as it prints it: in English, so with a gloss."""
        said = Markup('<p class="found">{}</p>').format(causes(self._wrong))
        if self.words.lang == _OF_THE_TOOL:
            return said
        gloss = self.words("cards.gloss", meaning=self.explained)
        return said + Markup('\n<p class="fine">{}</p>').format(gloss)

    @property
    def explained(self) -> str:
        """What the findings of the tool mean, in a few words of the page's language."""
        return explained(self.words, self._wrong)

    @property
    def certainties(self) -> list[str]:
        """How certain each cause is that the tool names: "A", "B" or "C"."""
        return [finding.certainty for finding in self._wrong.findings]

    @property
    def ratio(self) -> float:
        """The derivative by the wrong rule, over the right one, at the card's point."""
        entries = self._wrong.entries
        return float(entries.analytic[0] / entries.numeric[0])

    @property
    def claimed(self) -> float:
        """The derivative by the wrong rule at its first point, by the first input."""
        return float(self._wrong.entries.analytic[0])

    @property
    def products(self) -> Markup:
        """The table of f′g, fg′, f′g′, and of what f′g′ lacks."""
        product = self.product
        return products_table(
            {
                "first": product.first,
                "second": product.second,
                "both": product.both,
                "true": product.true,
                "gap": product.gap,
            },
            self.words,
            x=self.x,
        )

    @property
    def _wrong(self) -> Result:
        if self.card.wrong is None:
            raise DefinitionError(f"card {self.card.name}: it has no wrong rule")
        return self.card.wrong


@dataclass(frozen=True)
class CardsView:
    """The cards in one language: ``cards["chain"]``, or in a text ``cards.chain``."""

    cards: Mapping[str, Card]
    words: Words

    def __getitem__(self, name: str) -> CardView:
        return CardView(self.cards[name], self.words, self._frame)

    def __iter__(self) -> Iterator[CardView]:
        return (self[name] for name in self.cards)

    def __len__(self) -> int:
        return len(self.cards)

    @cached_property
    def all_plots(self) -> Markup:
        """The small V plots of all cards, all with the same axes."""
        plots = Markup("\n").join(each.plot for each in self)
        return Markup(
            '<figure class="plots"><div class="grid">{}</div><figcaption>{}</figcaption></figure>'
        ).format(plots, self.words("cards.all-caption"))

    @cached_property
    def _frame(self) -> Frame:
        return Frame.around([found for card in self.cards.values() for found in card.readings])
