"""Which faults the unit tests notice: the share of mutants of `domain/` that they kill.

Run: `python tests/mutation/run.py [PACKAGE ...] [--every N] [--module PART]`. Each mutant is
imported in a process forked from a warm interpreter, where the unit tests of its package run until
the first fails. A mutant that no test fails for has survived: it is printed. One that does not end
within a minute is killed too. Ends with 1 where a package is below the bar.
"""

import argparse
import importlib
import itertools
import os
import resource
import signal
import sys
import time
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from tempfile import TemporaryDirectory
from types import CodeType, ModuleType
from typing import Any

import hypothesis
import pytest

from mutation.named import NAMED
from mutation.operators import Mutant, mutants

ROOT = Path(__file__).parents[2]
DOMAIN = ROOT / "shared/freshet/domain"

#: Of each package of the domain the folders of tests that hold it.
TESTS = {
    "ranking": ("ranking",),
    "interest": ("interest",),
    "trends": ("trends",),
    "content": ("content",),
    "evaluation": ("evaluation",),
    "explanation": ("explanation",),
    "learning": ("learning",),
    "narrative": ("narrator",),
    "rollout": ("rollout",),
}

#: Packages that are held to the bar, and looked at where none is named.
HELD = ("ranking", "interest", "trends")
BAR = 0.9

TIMEOUT_S = 60
MEMORY_BYTES = 4 * 2**30


_OPTIONS = (
    *("-x", "-q", "-p", "no:cacheprovider", "--hypothesis-profile=mutants"),
    # Libraries are warm: it is the tests that are rewritten.
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
)
_OURS = ("freshet", "harness", "mutation", "tests", "test_", "conftest", "__main__")

#: What of ours knows nothing of the domain, and so is the same for every mutant.
_WARM = ("freshet.contracts.registry", "freshet.models.item_numbers", "freshet.config")


class _Mutated(SourceFileLoader):
    """Loads a module from a tree instead of its file."""

    def __init__(self, name: str, path: str, code: CodeType) -> None:
        super().__init__(name, path)
        self._code = code

    def get_code(self, fullname: str) -> CodeType:
        return self._code


class _Finder(MetaPathFinder):
    """Finds one module in the form of a mutant."""

    def __init__(self, path: Path, code: CodeType) -> None:
        self._name = ".".join(path.relative_to(ROOT / "shared").with_suffix("").parts)
        self._path, self._code = str(path), code

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        loader = _Mutated(self._name, self._path, self._code)
        return spec_from_file_location(fullname, self._path, loader=loader)


def holds(tests: Sequence[str], finder: MetaPathFinder | None, loaded: Path | None = None) -> bool:
    """Whether the tests pass, in a process of their own.

    Args:
        tests: files and folders.
        finder: of a mutant; None for the code as it is.
        loaded: where to write which modules of others were imported.
    """
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        return status == 0
    code = 1
    try:
        signal.alarm(TIMEOUT_S)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        nowhere = os.open(os.devnull, os.O_WRONLY)
        if loaded is None:
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
        if finder is not None:
            sys.meta_path.insert(0, finder)
        # One by one: most mutants are noticed by the first, and others are not even imported.
        code = next((one for test in tests if (one := int(pytest.main([*_OPTIONS, test])))), 0)
        if loaded is not None:
            loaded.write_text("\n".join(one for one in sys.modules if not one.startswith(_OURS)))
    finally:
        os._exit(code)


def warm(tests: Sequence[str]) -> None:
    """Run the tests on the code as it is, and import here what they imported of others' code.

    Raises:
        SystemExit: they do not pass.
    """
    with TemporaryDirectory() as folder:
        loaded = Path(folder, "loaded")
        if not holds(tests, None, loaded):
            sys.exit("the tests fail without any mutant")
        for name in [*loaded.read_text().split(), *_WARM]:
            if name not in sys.modules and "pytest" not in name:
                try:
                    importlib.import_module(name)
                except ImportError:
                    # A part that only its package imports.
                    continue


def survives(path: Path, mutant: Mutant, tests: Sequence[str]) -> bool:
    """Whether no test notices a mutant of a module; if so, it is printed."""
    survived = holds(tests, _Finder(path, mutant.code))
    if survived:
        print(f"  {path.relative_to(DOMAIN)}:{mutant.line}  {mutant.what}", flush=True)
    return survived


def files_for(package: str, module: Path | None) -> list[str]:
    """The files of tests of a package, the likeliest to notice a mutant of a module first.

    These are those that import it, and of them those without random examples.
    """
    files = [path for part in TESTS[package] for path in (ROOT / "tests/unit" / part).glob("*.py")]

    def order(path: Path) -> tuple[bool, bool, bool, str]:
        text = path.read_text()
        imported = module is not None and f".{module.stem} import" in text
        kind = module is not None and f".{module.parent.name}." in text
        return not imported, not kind, "hypothesis" in text, path.name

    return [str(one) for one in sorted(files, key=order)]


def named() -> bool:
    """Whether the mutants that have a name are all killed."""
    left = 0
    for module, before, after in NAMED:
        path = DOMAIN / module
        source = path.read_text()
        if source.count(before) != 1:
            sys.exit(f"{module} has not once: {before}")
        line = source[: source.index(before)].count("\n") + 1
        code = compile(source.replace(before, after), str(path), "exec")
        mutant = Mutant(line, f"{before}  ->  {after}", code)
        left += survives(path, mutant, files_for(module.split("/")[0], path))
    print(f"named: {len(NAMED)} mutants, {len(NAMED) - left} killed", flush=True)
    return not left


def package(name: str, every: int, part: str) -> bool:
    """Whether the share of a package's mutants that its tests kill reaches the bar.

    Args:
        name: of the package.
        every: only each so many-th mutant.
        part: only modules whose path has this in it.
    """
    start, number = time.monotonic(), itertools.count(1)
    total = left = 0
    for path in sorted((DOMAIN / name).rglob("*.py")):
        if part not in path.name:
            continue
        some = (one for one in mutants(path) if next(number) % every == 0)
        tests = files_for(name, path)
        lost = [survives(path, one, tests) for one in some]
        total, left = total + len(lost), left + sum(lost)
        if lost:
            killed = len(lost) - sum(lost)
            print(f"{path.relative_to(DOMAIN)}: {len(lost)} mutants, {killed} killed", flush=True)
    share, took_s = 1 - left / max(total, 1), time.monotonic() - start
    print(f"{name}: {total:,} mutants, {share:.1%} killed, {took_s:,.0f} s", flush=True)
    return share >= BAR or name not in HELD


def main(arguments: Any) -> int:
    hypothesis.settings.register_profile(
        "mutants",
        deadline=None,
        max_examples=10,
        derandomize=True,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    os.chdir(ROOT)
    packages = arguments.packages or HELD
    warm([test for name in packages for test in files_for(name, None)])
    good = bool(arguments.packages) or named()
    for name in packages:
        good &= package(name, arguments.every, arguments.module)
    return 0 if good else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", nargs="*", choices=[[], *TESTS])
    parser.add_argument("--every", type=int, default=1, help="look at each N-th mutant only")
    parser.add_argument("--module", default="", help="only modules whose path has this in it")
    sys.exit(main(parser.parse_args()))
