"""The instrument "game": wrong gradients, and the names of their mistakes."""

from gradcheck.lessons.instruments.game.instrument import measure

__all__ = ["measure"]
