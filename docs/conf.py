"""How the manual is built: `make docs`. The same pages are read on GitHub, so they hold Markdown and little else."""

import inspect
import re
from importlib import import_module
from pathlib import Path

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

import casecore

ROOT = Path(__file__).parents[1]

project = "casecore"
author = "casecore contributors"
project_copyright = author
version = release = casecore.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"casecore {release}"
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {"footer_icons": []}

myst_heading_anchors = 4
myst_enable_extensions = ["attrs_inline"]
myst_links_external_new_tab = False

# Docstrings are plain words with code in backticks.
default_role = "code"
add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_class_signature = "mixed"
autodoc_preserve_defaults = True
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
nitpicky = True
# What stands in a signature is said, and leads nowhere: the types of the standard library, of attrs and of ours.
nitpick_ignore_regex = [("py:.*", ".*")]


# The public face ---------------------------------------------------------------------------------------


def face_page(homes: str) -> str:
    """The names of the public face that come from these modules, as directives of autodoc, under each module.

    Args:
        homes: Modules below `casecore`, with a star at the end for all that begin so; parted by spaces.
    """
    wanted = homes.split()
    parts = []
    for home, names in casecore._HOMES.items():  # noqa: SLF001 -- where each name comes from is said there only
        if any(home == one or (one.endswith("*") and home.startswith(one[:-1])) for one in wanted):
            about = (inspect.getdoc(import_module(f"casecore.{home}")) or "").partition("\n\n")[0]
            parts += [f"## casecore.{home}", "", about, "", "```{eval-rst}"]
            parts += [line for name in names.split() for line in _entry(name)]
            parts += ["```", ""]
    return "\n".join(parts)


def _entry(name: str) -> list[str]:
    value = getattr(casecore, name)
    if inspect.isclass(value):
        return [f".. autoclass:: casecore.{name}", "   :members:", ""]
    if inspect.isfunction(value):
        return [f".. autofunction:: casecore.{name}", ""]
    return [f".. py:data:: casecore.{name}", ""]


def put_face(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the names of the face where a page has a line like `<!-- face: desk routing* -->`."""
    source[0] = re.sub(r"<!-- face: (.*?) -->", lambda found: face_page(found[1]), source[0])


def without_machinery(
    app: Sphinx, kind: str, name: str, about: object, options: object, told: str, back: str
) -> object:
    """A signature in which the defaults of attrs, which has no words for them, are three dots."""
    if not told or "attr_dict" not in told:
        return None
    return re.sub(r"attr_dict\['\w+'\]\.default", "...", told), back


def setup(app: Sphinx) -> None:
    """Sphinx asks for this."""
    app.connect("source-read", put_face)
    app.connect("autodoc-process-signature", without_machinery)
    app.add_lexer("mermaid", TextLexer)
    app.add_lexer("csv", TextLexer)
