"""The face of the templates: usable alone, and nothing is loaded before it is used."""

import ast
import doctest
import os
import subprocess
import sys
from pathlib import Path

import pytest

import casecore.templates as face
from casecore.templates import template

WATCHED = ("casecore", "cattrs", "cyclopts", "phonenumbers", "rich", "rpds", "transitions")
ALONE = ("casecore.kernel", "casecore.reports", "casecore.templates")


def loaded(program):
    """The modules of casecore that a fresh interpreter has loaded after a program."""
    program += f"; import sys; print(*(name for name in sys.modules if name.partition('.')[0] in {WATCHED}))"
    done = subprocess.run(
        [sys.executable, "-c", program], env=dict(os.environ), capture_output=True, text=True, check=False
    )
    assert "" == done.stderr
    return set(done.stdout.split())


def test_usable_alone():
    """A template can be read, checked and sent without more of the desk than a finding, and any library but attrs."""
    program = (
        "from casecore.templates import Template; t = Template.parse('Hi {{1}}!', name='a', language='en'); t.lint(); "
        "t.payload('+351912345678', ['x'])"
    )
    assert {"casecore", "casecore.channels"} == {name for name in loaded(program) if not name.startswith(ALONE)}


def test_nothing_before_it_is_used():
    """Importing the package loads no more of it than the package; quick replies come when they are asked for."""
    assert {"casecore", "casecore.templates"} >= loaded("import casecore.templates")
    after = loaded("from casecore.templates import Template")
    unused = {"lint", "quick_replies", "apple", "api_errors", "files", "formats"}
    assert set() == after & {f"casecore.templates.{name}" for name in unused}


@pytest.mark.parametrize("name", face.__all__)
def test_names(name):
    """Every name is there."""
    assert name == getattr(getattr(face, name), "__name__", name)
    assert name in dir(face)


def test_type_checkers_see_the_same():
    """What is written for type checkers is what is loaded."""
    (block,) = [node for node in ast.parse(Path(face.__file__).read_text("utf-8")).body if isinstance(node, ast.If)]
    written = {(statement.module, alias.asname) for statement in block.body for alias in statement.names}
    assert written == {(f"casecore.templates.{module}", name) for name, module in face._HOME_OF.items()}


def test_unknown_name():
    """A name that is not there is refused like any other."""
    with pytest.raises(AttributeError, match="no attribute 'Templates'"):
        _ = face.Templates


def test_the_example_of_the_docstring():
    """What the file of `Template` shows is what happens."""
    assert (0, 2) == doctest.testmod(template)
