"""How f is evaluated and differenced: stencils, steps, noise, the certified reference."""
