"""Git: which repository is asked, what stood at a path, where links and submodules led, and its own words."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from casecore.diff.git import NoRevision, Revision, clean_environment, run_git
from casecore.diff.revisions import file_of, name_at, policy_at
from casecore.policies import PolicyError

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git on this machine")


def git(folder, *words):
    """Run git as somebody; what it says."""
    settings = {"user.name": "a", "user.email": "a@example.com", "commit.gpgsign": "false"}
    settings |= {"protocol.file.allow": "always", "init.defaultBranch": "main", "core.symlinks": "true"}
    given = [word for setting in settings.items() for word in ("-c", "=".join(setting))]
    environment = clean_environment(os.environ)
    done = subprocess.run(["git", "-C", str(folder), *given, *words], check=True, capture_output=True, env=environment)
    return done.stdout.decode().strip()


def commit(folder, **files):
    """Write files, by name without the ending, and commit all there is; the commit."""
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "a step")
    return git(folder, "rev-parse", "HEAD")


def chats(limit):
    """A policy with this limit."""
    return f"[capacity]\nchat = {limit}\n"


@pytest.fixture
def desk(tmp_path):
    """A repository with a policy that extends another."""
    folder = tmp_path / "our desk [1]"
    folder.mkdir()
    git(folder, "init", "--quiet")
    commit(folder, house=chats(3), desk__sop='extends = "../house.toml"\nid = "ours"\n')
    return folder


class TestRepository:
    """Which one is asked."""

    def test_a_hook_of_a_linked_worktree(self, desk, tmp_path, monkeypatch):
        """Git tells a hook which repository it runs for; what is asked is the file's."""
        other = tmp_path / "other"
        other.mkdir()
        git(other, "init", "--quiet")
        commit(other, sop=chats(5), desk__sop=chats(5), house=chats(5))
        for name, value in (("GIT_DIR", other / ".git"), ("GIT_WORK_TREE", other), ("GIT_INDEX_FILE", "none")):
            monkeypatch.setenv(name, str(value))
        assert 3 == policy_at("HEAD", desk / "desk" / "sop.toml").capacity.chat

    def test_a_relative_one(self, desk, monkeypatch):
        """A folder that is none from where git is asked."""
        monkeypatch.setenv("GIT_DIR", ".git")
        monkeypatch.chdir(desk)
        assert 3 == policy_at("HEAD", Path("desk/sop.toml")).capacity.chat

    def test_what_the_user_says_of_git_is_kept(self):
        """Such as which folders are safe; of the rest nothing."""
        given = {"GIT_CONFIG_GLOBAL": "a", "GIT_DIR": "b", "GIT_TRACE": "1", "PATH": "c", "LC_ALL": "pt_PT"}
        cleaned = clean_environment(given)
        assert ("a", "c", "C") == (cleaned["GIT_CONFIG_GLOBAL"], cleaned["PATH"], cleaned["LC_ALL"])
        assert not {"GIT_DIR", "GIT_TRACE"} & cleaned.keys()

    def test_a_folder_that_is_not_there(self, tmp_path):
        """In git's own words."""
        with pytest.raises(NoRevision, match=r"it says: cannot change to '.*nowhere': No such file or directory; name"):
            policy_at("HEAD", tmp_path / "nowhere" / "sop.toml")

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
    def test_somebody_elses_repository(self, desk, monkeypatch, tmp_path):
        """The same."""
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "none"))
        monkeypatch.setenv("GIT_CONFIG_SYSTEM", str(tmp_path / "none"))
        for path in (desk, desk / ".git"):
            os.chown(path, 12345, 12345)
        with pytest.raises(NoRevision, match=r"detected dubious ownership in repository at .*safe.directory"):
            policy_at("HEAD", desk / "desk" / "sop.toml")

    def test_no_folder_to_ask_from(self, desk, tmp_path, monkeypatch):
        """Somebody has removed the current folder."""
        (tmp_path / "gone").mkdir()
        monkeypatch.chdir(tmp_path / "gone")
        (tmp_path / "gone").rmdir()
        assert 3 == policy_at("HEAD", desk / "desk" / "sop.toml").capacity.chat

    def test_seen_through_a_link(self, desk, tmp_path):
        """A folder by which somebody reaches the repository from outside."""
        (tmp_path / "short").symlink_to(desk / "desk")
        assert 3 == policy_at("HEAD", tmp_path / "short" / "sop.toml").capacity.chat


class TestRevisions:
    """Which one is meant."""

    @pytest.mark.parametrize("said", ["", "nowhere", "HEAD~9", "HEAD:desk", "HEAD~1..HEAD", "main...main"])
    def test_what_is_no_commit(self, desk, said):
        """A name that nobody gave, a folder of a commit, a range: all are told alike."""
        with pytest.raises(NoRevision) as caught:
            policy_at(said, desk / "house.toml")
        remedy = "name a branch, a tag or a commit, e.g. HEAD~1"
        assert f"--git {said}: there is no such revision; {remedy}" == str(caught.value)

    def test_all_but_a_commit(self, desk):
        """Git takes it for an answer; no file stands there."""
        with pytest.raises(NoRevision, match=r"--git \^HEAD: it is not one commit; name a branch"):
            policy_at("^HEAD", desk / "house.toml")

    def test_gits_own_reason(self, desk):
        """Where it has one, it is repeated."""
        with pytest.raises(
            NoRevision, match=r"no such revision, git says: no upstream configured for branch 'main'; name"
        ):
            policy_at("@{u}", desk / "house.toml")

    def test_a_checkout_without_its_past(self, desk, tmp_path):
        """A service fetches the last commit only: it is said how to get the others."""
        commit(desk, house=chats(4))
        git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{desk}", "shallow")
        assert 4 == policy_at("HEAD", tmp_path / "shallow" / "house.toml").capacity.chat
        with pytest.raises(
            NoRevision, match="among the commits that were fetched; fetch them all: git fetch --unshallow"
        ):
            policy_at("HEAD~1", tmp_path / "shallow" / "house.toml")


class TestFiles:
    """What stood there."""

    def test_names(self, desk):
        """Each file is called as it was at the revision, and the file it is can be told from that."""
        policy = policy_at("main", desk / "desk" / "sop.toml")
        called = [source.name for source in policy.sources]
        assert [f"main:{desk}/desk/sop.toml", f"main:{desk}/desk/../house.toml"] == called
        assert (str(desk / "a"), "main:a", "a:b") == (
            file_of("main", name_at("main", desk / "a")), file_of("", "main:a"), file_of("main", "a:b"),
        )  # fmt: skip

    def test_only_utf8(self, desk):
        """What `check` would refuse is refused, with its place; nothing is replaced."""
        (desk / "desk" / "sop.toml").write_bytes('id = "café"\n'.encode("latin-1"))
        commit(desk)
        with pytest.raises(PolicyError, match=r"is not UTF-8 text \(byte 9\)") as caught:
            policy_at("HEAD", desk / "desk" / "sop.toml")
        assert caught.value.problems[0].origins[0].file == f"HEAD:{desk}/desk/sop.toml"

    @pytest.mark.parametrize("name", ["other.toml", "sop.toml/x.toml", "..", "../desk"])
    def test_no_such_file(self, desk, name):
        """A folder is none, nor is what lies in a file."""
        with pytest.raises(NoRevision, match=r"HEAD: there was no file .*; name a revision that has it"):
            Revision.of("HEAD", desk / "desk" / "sop.toml").read(desk / "desk" / name)

    def test_outside(self, desk, tmp_path):
        """What lies in no repository has no revisions."""
        commit(desk, desk__sop='extends = "../../house.toml"\n')
        (tmp_path / "house.toml").write_text(chats(4))
        with pytest.raises(PolicyError, match="lies outside of the repository"):
            policy_at("HEAD", desk / "desk" / "sop.toml")

    def test_a_file_that_extends_itself(self, desk):
        """Is told as it is elsewhere."""
        commit(desk, sop='extends = "sop.toml"\n')
        with pytest.raises(PolicyError, match=r"HEAD:.*sop.toml extends itself"):
            policy_at("HEAD", desk / "sop.toml")

    def test_an_object_that_is_missing(self, desk):
        """In git's own words."""
        revision = Revision.of("HEAD", desk / "house.toml")
        name = revision.find(desk / "house.toml").name
        (desk / ".git" / "objects" / name[:2] / name[2:]).unlink()
        with pytest.raises(NoRevision, match=r"house.toml cannot be read, git says: .*; name the two files"):
            revision.read(desk / "house.toml")

    def test_no_git(self, tmp_path, monkeypatch):
        """Is said."""
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(NoRevision, match=r"git cannot be run .*install it"):
            run_git(tmp_path, "version")


class TestLinks:
    """They lead where they led then."""

    def test_a_linked_file(self, desk):
        """The target's text at that revision, although it is another by now, and so is the link."""
        (desk / "linked.toml").symlink_to("desk/../house.toml")
        commit(desk)
        (desk / "linked.toml").unlink()
        (desk / "linked.toml").symlink_to("desk/sop.toml")
        (desk / "house.toml").write_text(chats(4))
        assert 3 == policy_at("HEAD", desk / "linked.toml").capacity.chat

    def test_a_linked_folder(self, desk):
        """And `..` goes up from where the link leads."""
        (desk / "short").symlink_to("deep/er")
        commit(
            desk, deep__er__x="", deep__sop='extends = "../short/../base.toml"\n', deep__base=chats(4), base=chats(5)
        )
        assert 4 == policy_at("HEAD", desk / "deep" / "sop.toml").capacity.chat

    def test_absolute(self, desk, tmp_path):
        """Inside of the repository it is followed."""
        (desk / "inside.toml").symlink_to(desk / "house.toml")
        (desk / "outside.toml").symlink_to(tmp_path / "x.toml")
        commit(desk)
        assert 3 == policy_at("HEAD", desk / "inside.toml").capacity.chat
        with pytest.raises(NoRevision, match="lies outside of the repository"):
            policy_at("HEAD", desk / "outside.toml")

    def test_in_a_circle(self, desk):
        """No end is no file."""
        (desk / "a.toml").symlink_to("b.toml")
        (desk / "b.toml").symlink_to("a.toml")
        commit(desk)
        with pytest.raises(NoRevision, match="was a link in a circle"):
            policy_at("HEAD", desk / "a.toml")

    def test_which_leads_nowhere(self, desk):
        """The same."""
        (desk / "a.toml").symlink_to("none.toml")
        commit(desk)
        with pytest.raises(NoRevision, match="there was no file"):
            policy_at("HEAD", desk / "a.toml")


class TestSubmodules:
    """They are read at the commit to which they were pinned."""

    @pytest.fixture
    def shared(self, desk, tmp_path):
        """A repository that another has as a submodule, pinned to its first commit."""
        shared = tmp_path / "shared"
        shared.mkdir()
        git(shared, "init", "--quiet")
        commit(shared, house=chats(2))
        git(desk, "submodule", "--quiet", "add", str(shared), "lib/shared")
        commit(desk, desk__sop='extends = "../lib/shared/house.toml"\n')
        commit(desk / "lib" / "shared", house=chats(5))
        return desk / "lib" / "shared"

    def test_the_pin(self, desk, shared):
        """Not what the branch of the submodule has by now."""
        assert 2 == policy_at("main", desk / "desk" / "sop.toml").capacity.chat
        commit(desk)
        assert 5 == policy_at("main", desk / "desk" / "sop.toml").capacity.chat
        assert 2 == policy_at("main~1", desk / "desk" / "sop.toml").capacity.chat
        entry = Revision.of("main", desk / "x").find(shared / "house.toml")
        assert (shared, "house.toml") == (entry.repository, entry.path)

    def test_and_back(self, desk, shared):
        """What lies beside it is read at the commit of the repository around it."""
        commit(shared, house='extends = "../../house.toml"\n')
        commit(desk)
        (desk / "house.toml").write_text(chats(4))
        assert 3 == policy_at("main", desk / "desk" / "sop.toml").capacity.chat

    def test_not_checked_out(self, desk, shared):
        """Is refused, with the pin."""
        pin = git(desk, "rev-parse", "HEAD:lib/shared")[:12]
        shutil.rmtree(shared)
        shared.mkdir()
        with pytest.raises(PolicyError, match=f"lib/shared, pinned to {pin}, which is not checked out; fetch it: git"):
            policy_at("main", desk / "desk" / "sop.toml")

    def test_a_pin_that_was_not_fetched(self, desk, shared, tmp_path):
        """In git's own words."""
        commit(desk)
        shutil.rmtree(shared)
        git(tmp_path, "clone", "--quiet", str(tmp_path / "shared"), str(shared))
        with pytest.raises(PolicyError, match="a commit that cannot be read there; git says: "):
            policy_at("main", desk / "desk" / "sop.toml")

    def test_a_file_of_a_submodule(self, desk, shared, monkeypatch):
        """From inside it is one of the submodule, and from the repository around it one of that."""
        monkeypatch.chdir(desk)
        assert 2 == policy_at("main", Path("lib/shared/house.toml")).capacity.chat
        monkeypatch.chdir(shared)
        assert 5 == policy_at("main", Path("house.toml")).capacity.chat
        monkeypatch.chdir("/")
        assert 5 == policy_at("main", shared / "house.toml").capacity.chat
        with pytest.raises(NoRevision, match="there was no file"):
            Revision.of("main", desk / "x").read(shared)
