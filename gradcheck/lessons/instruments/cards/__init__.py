"""The instrument "cards": one rule of differentiation on each card."""

from gradcheck.lessons.instruments.cards.instrument import measure

__all__ = ["measure"]
