"""Name the mistake: hypotheses, each of which must explain every entry at every point."""
