"""The instrument "lab": the laboratory, a slider along measured steps."""

from gradcheck.lessons.instruments.lab.instrument import measure

__all__ = ["measure"]
