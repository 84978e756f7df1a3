"""docs/architecture.md: its picture and its map are the code's own, and what it tells to do is done here."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent, indent

import pytest

import casecore
from casecore import Channel, Enforcement, House, Policy, Reason, Room, Rule, SendReply
from casecore.promises import Step
from casecore.rooms.composition import HOUSE
from casecore.rooms.replies import ReplySent
from casecore.testing.scenario import at, case_in, given
from tests.floors import FLOORS, stairs

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")

LINK = SendReply("ana", at(minutes=9), "c1", "m9", "See https://example.org")
"""The reply that the page's rule is about."""


def test_it_is_one_page():
    """Whoever reads it sees all of it."""
    assert len(PAGE.splitlines()) <= 125


# The map -----------------------------------------------------------------------------------------------


def test_the_map_has_every_entry_on_its_floor():
    """From the top to the ground, with what tests hold of the order of imports."""
    floors, floor = {}, 0
    for number, room in re.findall(r"^\| (\d*) ?\| `([\w/]+?)(?:/|\.py)` \|", PAGE, re.MULTILINE):
        floor = int(number or floor)
        floors.setdefault(floor, set()).add(room.replace("/", "."))
    assert {number: set(rooms) for number, rooms in enumerate(FLOORS, 1)} == floors
    assert sorted(floors, reverse=True) == [*floors]


def test_the_picture_is_drawn_from_the_imports():
    """If it has changed: this is what it shows now."""
    above = {}
    for room, others in reversed(stairs().items()):
        above.setdefault(" & ".join(sorted(others)), []).append(room)
    lines = [f"  {' & '.join(rooms)} --> {others}" for others, rooms in above.items() if others]
    assert "\n".join(("```mermaid", "flowchart TD", *lines, "```")) in PAGE


# A new rule --------------------------------------------------------------------------------------------


def steps_of_the_page():
    """The code of the page's steps: each edit (file, how the line begins above which it goes, code), and the test."""
    *steps, test = re.findall(r"^ *```python\n(.*?)^ *```", PAGE, re.MULTILINE | re.DOTALL)
    edits = [edit for step in steps for edit in re.split(r"^# in ", dedent(step), flags=re.MULTILINE)[1:]]
    return [re.fullmatch(r"(\S+), above: ([^\n]+)\n(.+)", edit, re.DOTALL).groups() for edit in edits], dedent(test)


def insert_above(text, mark, code):
    """A file's text, with code above the first line that begins with a mark, as deep as that line."""
    lines = text.splitlines(keepends=True)
    place = next(number for number, line in enumerate(lines) if line.strip().startswith(mark))
    depth = lines[place][: len(lines[place]) - len(lines[place].lstrip())]
    return "".join((*lines[:place], indent(code, depth), "" if depth else "\n\n", *lines[place:]))


PROGRAM = """
import json
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import casecore
from casecore import *
from casecore.cli import main
from casecore.cli.reference import keys_page
from casecore.policies.schema import schema_text
from casecore.testing.scenario import at, case_in, given

{test}
assert Path(casecore.__file__).is_relative_to(Path.cwd())

test_links_where_none_are_taken()

none_taken = "[channels.sms]\\nlinks = false\\n"
softened = Policy.loads(none_taken + '[enforcement]\\n"channels.links" = "warn"')
reply = SendReply("ana", at(minutes=9), "c1", "m9", "See https://example.org")
given(*case_in("open", channel="sms"), policy=softened).when(reply).warns("channels.links")

Path("sop.toml").write_text(none_taken, "utf-8")
with redirect_stdout(StringIO()) as printed:
    assert 0 == main(["rules", "--format", "json", "--policy", "sop.toml"])
(listed,) = [rule for rule in json.loads(printed.getvalue()) if rule["id"] == "channels.links"]
assert ["A channel takes links or not"] == listed["titles"]
assert (["§4"], ["ReplySent"], "block") == (listed["clauses"], listed["guards"], listed["enforcement"])
assert "sop.toml:2:9" == {{key["key"]: key["place"] for key in listed["set_by"]}}["channels.sms.links"]

for declared in (keys_page(), schema_text()):
    assert "Whether a reply may contain links." in declared
print("as the page says")
"""


def test_the_five_steps_add_a_rule(tmp_path):
    """What the page says is written into a copy of casecore: the rule refuses, is softened, listed and declared."""
    copy = tmp_path / "casecore"
    shutil.copytree(Path(casecore.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    edits, test = steps_of_the_page()
    assert 4 == len(edits)
    for file, mark, code in edits:
        edited = insert_above((copy / file).read_text("utf-8"), mark, code)
        (copy / file).write_text(edited, "utf-8")
    unmeasured = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(test=test)],
        cwd=tmp_path,
        env={**unmeasured, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert "as the page says\n" == done.stdout, done.stderr


def test_without_them_there_is_no_such_rule():
    """Today a link goes out on every channel, and no key forbids it."""
    given(*case_in("open", channel="sms")).when(LINK).then(ReplySent)
    with pytest.raises(casecore.PolicyError, match="links"):
        Policy.loads("[channels.sms]\nlinks = false")


def test_a_rule_of_ones_own():
    """A room with nothing but a rule, as the page's last sentence about rules says."""

    def no_links(view, reply, policy):
        return Reason("mine.links", "it has a link", "take it out") if "://" in reply.text else None

    rule = Rule("mine.links", "We send no links", "ours", (ReplySent,), no_links)
    house = House((*HOUSE.rooms, Room("mine", rules=(rule,))))
    desk = given(*case_in("open", channel=Channel.SMS)).desk
    assert "[mine.links] it has a link -> take it out" == str(Step.of(desk, LINK, house).verdict)
    assert Step.of(desk, LINK).verdict
    assert Enforcement.BLOCK is desk.policy.mode("mine.links")
