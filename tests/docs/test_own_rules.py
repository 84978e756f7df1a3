"""What is written about rules of a team's own is so: the tables are those of the code, the example runs."""

import re
import tomllib
from pathlib import Path

import pytest

from casecore import Policy
from casecore.policies.condition_words import MEANINGS
from casecore.policies.conditions import FACTS, Fact
from casecore.policies.sections import Guarded
from casecore.reports.markdown import table
from casecore.rooms.own_rules import GUARDS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "own-rules.md").read_text("utf-8")
STEPS, _, _ = PAGE.partition("## What a rule says")


def block(language):
    """The first block of this language in the five steps."""
    indented = re.search(rf"   ```{language}\n(.*?)   ```", STEPS, re.DOTALL)[1]
    return re.sub(r"^   ", "", indented, flags=re.MULTILINE)


class TestPage:
    """docs/own-rules.md."""

    def test_tables(self):
        """Each word that a rule may guard, and each thing that it may look at, with what it takes."""
        written = dict(re.findall(r"<!-- (\w+) -->\n(.*?)\n?<!-- end -->", PAGE, re.DOTALL))
        guards = [(word, GUARDS[word].doc) for word in Guarded]
        facts = [(fact, MEANINGS[fact], FACTS[fact].describe) for fact in Fact]
        assert written == {
            "guards": "\n".join(table(("a word of `guards`", "what is guarded"), guards)),
            "facts": "\n".join(table(("a word of `when` and `needs`", "what it asks", "what it takes"), facts)),
        }

    def test_the_five_steps(self, casecore, tmp_path, monkeypatch):
        """The file is read, the story is refused as it says, and the rule is explained."""
        monkeypatch.chdir(tmp_path)
        Path("sop.toml").write_text(block("toml"), "utf-8")
        exec(block("python"), {})  # noqa: S102 -- our own page
        code, printed, _ = casecore("explain", "refund.second_pair_of_eyes", "--policy", "sop.toml")
        assert code == 0
        assert "when    refund_eur is above 100" in printed

    def test_the_words_are_those_of_the_schema(self):
        """Everything that the page shows of a policy can be read."""
        (rule,) = tomllib.loads(block("toml"))["rule"]
        assert Policy.loads(block("toml").replace('extends = "casecore"\n', "")).rule[0].id == rule["id"]


@pytest.mark.parametrize("word", Guarded)
def test_every_word_guards_something(word):
    """A word without a class would refuse nothing, for ever."""
    assert GUARDS[word].classes
