"""The examples in docstrings are run: what they say is what comes out."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

#: Folders that modules are imported from, and the modules with examples, by their dotted names.
SOURCES = [ROOT / "shared", *sorted(ROOT.glob("services/*/")), *sorted(ROOT.glob("deploy/*/"))]
MODULES = {
    ".".join(file.relative_to(source).with_suffix("").parts).removesuffix(".__init__"): file
    for source in SOURCES
    for file in sorted(source.glob("freshet*/**/*.py"))
    if ">>> " in file.read_text("utf-8")
}


@pytest.mark.parametrize("name", MODULES)
def test_an_example_in_a_docstring_is_true(name: str) -> None:
    lines = (line.strip() for line in MODULES[name].read_text("utf-8").splitlines())
    written = sum(line.startswith(">>> ") for line in lines)
    # As many as are written: an example that doctest does not find would never fail.
    assert doctest.testmod(import_module(name)) == (0, written)


def test_there_are_examples() -> None:
    assert MODULES
