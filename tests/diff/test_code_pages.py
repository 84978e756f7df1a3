"""What each label of a comparison means: the two policies of its page are told so."""

import pytest

from casecore import Policy
from casecore.diff.code_pages import CODE_PAGES
from casecore.diff.findings import MEANINGS, diff_entries
from casecore.diff.report import compare

SCOPES = {"stranded": "moved-to-another-queue"}


def test_every_label_has_its_page():
    """In their order."""
    assert [*MEANINGS] == [*CODE_PAGES]


@pytest.mark.parametrize("label", CODE_PAGES)
def test_examples(label):
    """The edit has this label; where another edit comes with it, it may have others, too."""
    (_, old), (_, new) = CODE_PAGES[label].examples
    scope = SCOPES.get(label, "chat-limit")
    report = compare(Policy.loads(old, "old.toml"), Policy.loads(new, "new.toml"), scopes=[scope], limit=300)
    assert label in {entry.label for entry in diff_entries(report)}
