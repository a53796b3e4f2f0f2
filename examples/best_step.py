"""Find the best step size, in the data and by theory.

The rule of thumb says the square root of ε for forward differences and the cube root for central
ones. The data agree, and so does the theory that knows the derivatives of f.
"""

import numpy as np

import gradcheck as gc

sine = gc.Case("sine", f=np.sin, df=np.cos, points=[0.7])
rows = gc.convergence(gc.sweep(sine, stencils=[gc.FORWARD, gc.CENTRAL, gc.CENTRAL4]))
steps = rows[["stencil", "optimal_h", "predicted_h", "best_error", "predicted_error"]]

if __name__ == "__main__":
    print(steps.to_string(index=False, float_format="{:.1e}".format))
