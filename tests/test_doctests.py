"""Every example in a docstring of the package does what it shows."""

import doctest
import importlib
import pkgutil

import pytest

import gradcheck

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(gradcheck.__path__, "gradcheck.")
    if not module.name.endswith("__main__")
)


@pytest.mark.parametrize("name", ["gradcheck", *MODULES])
def test_the_examples_of_a_module_run(name: str) -> None:
    """The output printed in the docstrings is the output."""
    module = importlib.import_module(name)
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    for example in doctest.DocTestFinder().find(module, name):
        runner.run(example, out=report.append)

    assert runner.summarize(verbose=False).failed == 0, "".join(report)


def test_the_core_shows_examples() -> None:
    """Each module that a user calls has at least one example, so the test above can fail."""
    for name in (
        "gradcheck.behaviour.sweep",
        "gradcheck.differences.quotient",
        "gradcheck.differences.stencil",
        "gradcheck.differences.steps",
        "gradcheck.model.case",
        "gradcheck.model.domain",
        "gradcheck.model.loading",
        "gradcheck.model.registry",
    ):
        module = importlib.import_module(name)
        examples = [
            example for test in doctest.DocTestFinder().find(module) for example in test.examples
        ]

        assert examples, name
