"""The gallery of wrong gradients: mistakes of people, each with the finding that names it.

One module holds one theme. `GALLERY` has them all by name, in the order of the themes; those with
`catalogue` are the 56 reproducible mistakes of the catalogue of forty kinds. `NAMELESS` has
mistakes that nobody could name from numbers; they test that nobody does.
"""

from collections.abc import Mapping
from itertools import chain
from types import MappingProxyType

from tests.wrong.arrays import ARRAYS
from tests.wrong.branches import BRANCHES
from tests.wrong.factors import FACTORS
from tests.wrong.inner_derivatives import INNER_DERIVATIVES
from tests.wrong.nameless import NAMELESS_MISTAKES
from tests.wrong.networks import NETWORKS
from tests.wrong.order import ORDER
from tests.wrong.precision import PRECISION
from tests.wrong.products import PRODUCTS
from tests.wrong.record import LOCALISED, Wrong
from tests.wrong.regularisers import REGULARISERS
from tests.wrong.shapes import SHAPES
from tests.wrong.state import STATE

__all__ = ["GALLERY", "LOCALISED", "NAMELESS", "Wrong"]

GALLERY: Mapping[str, Wrong] = MappingProxyType(
    {
        wrong.name: wrong
        for wrong in chain(
            FACTORS,
            NETWORKS,
            INNER_DERIVATIVES,
            PRODUCTS,
            REGULARISERS,
            ORDER,
            SHAPES,
            BRANCHES,
            ARRAYS,
            STATE,
            PRECISION,
        )
    }
)
"""Every wrong gradient that has an expected finding, by its name."""

NAMELESS: Mapping[str, Wrong] = MappingProxyType({wrong.name: wrong for wrong in NAMELESS_MISTAKES})
"""Mistakes without a name, by the name of the example."""
