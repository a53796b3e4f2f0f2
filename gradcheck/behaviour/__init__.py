"""How the error behaves: the table over h, its convergence, its two parts."""
