"""At the edge of a domain only one side is left: a one-sided formula of order 3."""

import numpy as np

import gradcheck as gc

one_sided = gc.stencil([0, 1, 2, 3], name="one-sided")
root = gc.Case(
    "x to the power 4.5",
    f=lambda x: x**4.5,
    df=lambda x: 4.5 * x**3.5,
    points=[1e-3],
    domain="[0, inf)",
)
table = gc.sweep(root, stencils=[gc.CENTRAL, one_sided], steps=2.0 ** -np.arange(5, 21, 3))
view = table.pivot(index="h", columns="stencil", values="status").iloc[::-1]

if __name__ == "__main__":
    print(one_sided)
    print(view)
