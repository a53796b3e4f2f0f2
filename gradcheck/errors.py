"""The exceptions of gradcheck, all of which mean "what you handed over cannot be used".

::

    GradcheckError (Exception)
    ├── CaseError (ValueError)            a case, its points, or what its f or df returned
    ├── LoadingError (ImportError)        one or more case files could not be loaded
    ├── SelectionError (LookupError)      a name or pattern that no case answers to
    ├── StepError (ValueError)            steps that cannot be used
    ├── StencilError (ValueError)         offsets that make no difference formula
    ├── DefinitionError (ValueError)      a report definition (TOML) with a mistake
    ├── OutputError (OSError)             a folder or file that cannot be written
    ├── StoreError (OSError)              a store of results that cannot be made, read or continued
    ├── RunError (RuntimeError)           workers that cannot start, or are gone
    ├── NotCertifiable (ArithmeticError)  f leaves the protocol of the certified reference
    └── GradientMismatch (AssertionError) what `assert_gradient` raises where a check does not pass

A message says which case or file, what was expected, what came, and what to do.
A wrong derivative is no exception: it is a result, unless the caller asserts that it is right.
"""


class GradcheckError(Exception):
    """Anything that gradcheck raises on purpose."""


class CaseError(GradcheckError, ValueError):
    """A case that cannot be used: its points, its domain, or what f or df gave."""


class LoadingError(GradcheckError, ImportError):
    """One or more case files that could not be loaded; each line names file and line."""


class SelectionError(GradcheckError, LookupError):
    """A name or pattern that no case of the registry answers to."""


class StepError(GradcheckError, ValueError):
    """Steps that are zero, negative, not finite, or missing."""


class StencilError(GradcheckError, ValueError):
    """Offsets that make no difference formula."""


class DefinitionError(GradcheckError, ValueError):
    """A report definition with an unknown key, an unknown case, or a wrong type."""


class OutputError(GradcheckError, OSError):
    """A report that cannot be written where it was asked for."""


class StoreError(GradcheckError, OSError):
    """A store of results that cannot be made, read or continued; nothing in it was overwritten."""


class RunError(GradcheckError, RuntimeError):
    """A run that cannot go on, because its workers cannot start or are gone."""


class NotCertifiable(GradcheckError, ArithmeticError):  # noqa: N818  (a fact, not a fault)
    """No rigorous enclosure can be had, because f leaves the protocol of the reference."""


class GradientMismatch(GradcheckError, AssertionError):  # noqa: N818  (says what it is)
    """A check that did not pass, where the caller asserted that it does."""
