"""What every test run needs: the README is executed, and Hypothesis draws the same examples on every CI run."""

import os

from hypothesis import settings
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

pytest_collect_file = Sybil(parsers=[PythonCodeBlockParser()], patterns=["README.md"]).pytest()

settings.register_profile("casecore", deadline=None, max_examples=30, derandomize="CI" in os.environ)
settings.load_profile("casecore")
