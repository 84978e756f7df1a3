"""pytest with one module of casecore in another version: `python -m tests.mutants.patched MODULE FILE TESTS...`.

The module is loaded from the file's text; the source on disk stays as it is. Ends as pytest ends: 0 where all passed.
"""

import resource
import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import PathFinder, SourceFileLoader
from pathlib import Path

MEMORY = 4 * 1024**3
"""How much memory it may take, in bytes: what never ends may also grow."""


class Loader(SourceFileLoader):
    """Loads a module from another text."""

    def __init__(self, name, path, text):
        super().__init__(name, path)
        self._text = text

    def get_code(self, fullname):
        """The code of that text, never what was compiled before."""
        del fullname
        return self.source_to_code(self._text, self.path)


class Finder(MetaPathFinder):
    """Finds one module in another version; all others as always."""

    def __init__(self, name, text):
        self._name, self._text = name, text

    def find_spec(self, name, path=None, target=None):
        """The module's place, with the loader of the other text."""
        if name != self._name:
            return None
        spec = PathFinder.find_spec(name, path, target)
        spec.loader = Loader(name, spec.origin, self._text)
        return spec


class Collecting:
    """Notices whether a file of tests cannot even be read: then pytest says that it did not find them."""

    failed = False

    def pytest_collectreport(self, report):
        """Of one file."""
        self.failed |= report.failed


def module_name(path):
    """A file under `src/casecore` as an import names it."""
    return "casecore." + path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def main(module, file, *tests):
    """Run these tests."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    sys.meta_path.insert(0, Finder(module_name(module), Path(file).read_text("utf-8")))
    # No asserts are rewritten: pytest would load what has a plugin, as casecore has, by itself.
    sys.dont_write_bytecode = True
    import pytest

    quiet = ("-x", "-q", "--no-header", "--no-summary", "--tb=no", "--assert=plain")
    without = ("-p", "no:cacheprovider", "-p", "no:xdist")
    collecting = Collecting()
    ended = pytest.main([*quiet, *without, "-m", "not slow", *tests], plugins=[collecting])
    return 1 if collecting.failed else ended


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2], sys.argv[2], *Path(sys.argv[3]).read_text("utf-8").splitlines()))
