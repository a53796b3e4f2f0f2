"""How results are shown: tables in the terminal, figures, HTML reports."""
