"""The instrument "formulas": several ways to write one derivative."""

from gradcheck.lessons.instruments.formulas.instrument import measure

__all__ = ["measure"]
