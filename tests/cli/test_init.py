"""`casecore init`: an SOP to begin with, and a file that is there stays."""

import tomllib

import pytest

from casecore import Policy
from casecore.check.lint import lint_policy
from casecore.check.report import Severity
from casecore.cli.app import run_command
from casecore.policies.edits import edits_of
from casecore.policies.files import shipped_text

SHIPPED = Policy.default()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder in which the command runs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("own", [(), ("--own",)], ids=["extends", "own"])
def test_it_says_what_the_shipped_one_says(own, folder, capsys):
    """Nothing differs but what names the file, and the lint has nothing against it that it has not against that."""
    assert 0 == run_command(["init", *own])
    policy = Policy.load(folder / "sop.toml")
    assert () == edits_of(SHIPPED, policy) == edits_of(policy, SHIPPED)
    assert ("our-sop", "1", "Our SOP") == (policy.id, policy.version, policy.source)
    assert Severity.ERROR not in {finding.level for finding in lint_policy(policy)}
    assert "sop.toml is written; next: casecore check sop.toml" in capsys.readouterr().out


def test_it_extends_the_shipped_one(folder):
    """Every line of that stands in it as a remark; without its mark it means the same."""
    run_command(["init", "ours.toml"])
    text = (folder / "ours.toml").read_text("utf-8")
    assert "casecore explain KEY --policy ours.toml" in text
    said = tomllib.loads(text)
    assert ["extends", "id", "version", "source"] == [name for name, value in said.items() if isinstance(value, str)]
    keys = [line for line in shipped_text().partition("[lifecycle]")[2].splitlines() if line[:1].isalpha()]
    assert len(keys) > 50
    assert all(f"# {line}" in text.splitlines() for line in keys)


def test_a_line_without_its_mark(folder):
    """It changes what it says, and nothing else."""
    run_command(["init"])
    text = (folder / "sop.toml").read_text("utf-8")
    (folder / "sop.toml").write_text(text.replace("# chat  = 2", "chat  = 3"), "utf-8")
    (edit,) = edits_of(SHIPPED, Policy.load(folder / "sop.toml"))
    assert ("capacity.chat", 2, 3) == (edit.key, edit.old, edit.new)


def test_its_own_stands_alone(folder):
    """It has every key of the shipped one, and extends nothing."""
    run_command(["init", "own.toml", "--own"])
    said = tomllib.loads((folder / "own.toml").read_text("utf-8"))
    assert {*tomllib.loads(shipped_text())} - {"schema"} == {*said}
    assert "extends" not in said


def test_standard_input_is_no_file(folder, capsys):
    """A dash names no file to write: none is made that is called so."""
    assert 2 == run_command(["init", "-"])
    assert "-: standard input cannot be written; name a file" in capsys.readouterr().err
    assert [] == [*folder.iterdir()]


def test_a_name_with_spaces(folder, capsys):
    """The commands that are told can be pasted."""
    assert 0 == run_command(["init", "our desk.toml"])
    assert "next: casecore check 'our desk.toml'" in " ".join(capsys.readouterr().out.split())
    assert "#   casecore check 'our desk.toml' " in (folder / "our desk.toml").read_text("utf-8")


def test_what_is_there_stays(folder, capsys):
    """Regression of nothing yet: nobody's SOP is written over."""
    (folder / "sop.toml").write_text("capacity.chat = 1\n", "utf-8")
    assert 2 == run_command(["init"]) == run_command(["init", "--own"])
    assert "capacity.chat = 1\n" == (folder / "sop.toml").read_text("utf-8")
    assert "sop.toml: is there already, and is left as it is; name another file" in capsys.readouterr().err


@pytest.mark.parametrize("file", ["no/such/folder/sop.toml", "a\0b.toml", "."])
def test_what_cannot_be_written(file, folder, capsys):
    """It is told, and nothing is written."""
    assert 2 == run_command(["init", file])
    assert capsys.readouterr().err.endswith("name another file\n")
    assert [] == [*folder.iterdir()]


class TestExtendsCasecore:
    """`extends = "casecore"` names the SOP that ships."""

    def test_from_a_text(self):
        """It lies nowhere, and everybody can extend it."""
        policy = Policy.loads('extends = "casecore"\n[capacity]\nchat = 3\n', "ours.toml")
        (edit,) = edits_of(SHIPPED, policy)
        assert ("capacity.chat", "ours.toml:3:8") == (edit.key, str(policy.origin("capacity.chat")))
        assert None is policy.origin("capacity.email")
        assert ["ours.toml", "the SOP that ships with casecore"] == [source.name for source in policy.sources]

    def test_from_a_file_that_another_extends(self, folder):
        """It is the last one; a file of that name is extended by its path."""
        (folder / "house.toml").write_text('extends = "casecore"\n[capacity]\nchat = 3\n', "utf-8")
        (folder / "top.toml").write_text('extends = "house.toml"\n[capacity]\nemail = 3\n', "utf-8")
        assert 3 == len(Policy.load(folder / "top.toml").sources)
        (folder / "casecore").write_text("[capacity]\nvoice = 3\n", "utf-8")
        (folder / "other.toml").write_text('extends = "./casecore"\n', "utf-8")
        assert 3 == Policy.load(folder / "other.toml").capacity.voice

    def test_a_queue_of_its_own(self):
        """Queues are merged like everything else; the shipped fallback is taken out."""
        text = 'extends = "casecore"\n[queues]\ngeneral = "none"\n[queues.all]\nfallback = true\n'
        assert ["billing", "technical", "all"] == [*Policy.loads(text).queues]
