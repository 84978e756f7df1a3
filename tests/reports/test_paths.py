"""What services are told of a file: its path in the repository, however somebody typed it."""

import os
import re
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casecore.reports.paths import repository_path, repository_uri

NAMES = ["sop.toml", "a b [1].toml", "100%.toml", "main:sop.toml", "é#?.toml", "a+b&c=d.toml"]


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A repository, in a folder of which somebody works."""
    root = tmp_path / "our desk"
    (root / ".git").mkdir(parents=True)
    (root / "desk").mkdir()
    monkeypatch.chdir(root / "desk")
    return root


class TestPath:
    """Relative to the root, with slashes."""

    @pytest.mark.parametrize(
        ("typed", "expected"),
        [
            ("sop.toml", "desk/sop.toml"),
            ("./sop.toml", "desk/sop.toml"),
            ("../house.toml", "house.toml"),
            ("../desk/../house.toml", "house.toml"),
            (".//x/../sop.toml", "desk/sop.toml"),
            ("a\\b.toml", "desk/a/b.toml"),
            ("", ""),
            ("standard input", ""),
            ("the SOP that ships with casecore", ""),
            ("a\0b", "desk/a\0b"),
            ("a\0b/./c", "a\0b/./c"),
        ],
    )
    def test_however_it_is_typed(self, root, typed, expected):
        """And from wherever."""
        assert (root / "desk").is_dir()
        assert expected == repository_path(typed)

    def test_whole_paths(self, root):
        """Become relative."""
        assert "desk/sop.toml" == repository_path(str(root / "desk" / "x" / ".." / "sop.toml"))

    def test_a_submodule(self, root, monkeypatch):
        """Seen from the repository around it, its files are files of that; seen from inside, of its own."""
        inside = root / "lib" / "shared"
        inside.mkdir(parents=True)
        (inside / ".git").write_text("gitdir: elsewhere", "utf-8")
        assert "lib/shared/a.toml" == repository_path("../lib/shared/a.toml")
        monkeypatch.chdir(inside)
        assert "a.toml" == repository_path("a.toml")

    def test_another_repository(self, root, tmp_path, monkeypatch):
        """Its files are known by their paths there."""
        monkeypatch.chdir(tmp_path)
        assert (root / "desk").is_dir()
        assert "desk/sop.toml" == repository_path("our desk/desk/sop.toml")

    def test_links(self, root, tmp_path):
        """A linked folder leads to where the file lies; a linked file is a file of the repository itself."""
        (root / "deep" / "er").mkdir(parents=True)
        (root / "short").symlink_to("deep/er")
        (root / "sop.toml").symlink_to(tmp_path / "elsewhere.toml")
        assert "deep/a.toml" == repository_path("../short/../a.toml")
        assert "sop.toml" == repository_path("../sop.toml")

    def test_no_repository(self, tmp_path, monkeypatch):
        """From where the command runs; what lies elsewhere has its whole path."""
        (tmp_path / "here").mkdir()
        monkeypatch.chdir(tmp_path / "here")
        monkeypatch.setattr("casecore.reports.paths._MARK", "no-such-mark")
        assert "a/b.toml" == repository_path("./a/b.toml")
        assert (tmp_path / "b.toml").as_posix() == repository_path("../b.toml")
        assert (tmp_path / "b c.toml").as_uri() == repository_uri("../b c.toml")


def test_no_folder(tmp_path, monkeypatch):
    """Where somebody has removed the current one, a name stays as it is."""
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert "a.toml" == repository_path("a.toml")


@pytest.mark.usefixtures("root")
class TestUri:
    """A reference in which nothing means anything else."""

    @pytest.mark.parametrize("name", NAMES)
    def test_any_name(self, name):
        """It has no scheme, query or fragment, and reading it gives the name back."""
        parts = urlsplit(repository_uri(f"../{name}"))
        assert ("", "", "", "", name) == (*parts[:2], *parts[3:], unquote(parts.path))
        assert re.fullmatch(r"([\w./&+=-]|%[0-9A-F]{2})+", parts.path, re.ASCII)

    @given(st.text(st.characters(exclude_characters="/\\\0", exclude_categories=["Cs"]), min_size=1, max_size=20))
    def test_every_name(self, name):
        """The same of whatever a file can be called."""
        parts = urlsplit(repository_uri(f"./{name}"))
        assert ("", "", "", "") == (*parts[:2], *parts[3:])
        assert unquote(parts.path).endswith({".": "desk", "..": "."}.get(name, name))

    def test_bytes_that_are_no_text(self):
        """A name that is not UTF-8 keeps its bytes."""
        assert "desk/caf%E9.toml" == repository_uri(os.fsdecode(b"caf\xe9.toml"))

    def test_half_of_a_pair(self):
        """Is no text, and nothing that a file can be called."""
        assert "desk/%3F.toml" == repository_uri("\ud83d.toml")

    def test_nothing(self):
        """What lies in no file has no address."""
        assert "" == repository_uri("")
