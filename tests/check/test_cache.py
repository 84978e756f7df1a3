"""The cache: answers that are kept in a folder, for policies that say the same wherever was looked."""

import hashlib
import json
import os
import stat
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from casecore import HOUSE, House
from casecore.check import Cache, fingerprint
from casecore.check.cache import MOST_ANSWERS, UNUSED, PlacesRead, Recalled, user_folder
from casecore.check.fingerprint import FRESH, code_of
from casecore.explore.policy_log import PlainPolicy
from casecore.rooms.composition import ROOMS
from tests.edits import SOP, sop

QUESTION = ["how many chats?"]

CHATS = [{"view": [], "places": [["value", "capacity", "chat"]]}]
EMAILS = [{"view": [], "places": [["value", "capacity", "email"]]}]

LOOKED = PlacesRead([CHATS], [EMAILS])


@pytest.fixture
def cache(tmp_path):
    """A cache that is empty."""
    return Cache(tmp_path / "kept", "our-code")


def says(policy):
    """What one policy says."""
    return [PlainPolicy(policy)]


def file_of(cache):
    """The only file of answers."""
    (file,) = (cache.folder / cache.code).iterdir()
    return file


class TestAnswers:
    """What is kept is found again, for whom it is the answer."""

    def test_the_same_policy(self, cache):
        """And for every policy that says the same where was looked."""
        assert cache.recall(QUESTION, says(SOP)) is None
        cache.keep(QUESTION, says(SOP), LOOKED, {"two": 2})
        found = Recalled({"two": 2}, PlacesRead([CHATS], [EMAILS]), tells_alike=True)
        assert found == cache.recall(QUESTION, says(SOP))
        assert found == cache.recall(QUESTION, says(sop(wrap_up__notes=False)))
        assert cache.recall(["how many emails?"], says(SOP)) is None

    def test_another_policy(self, cache):
        """For one that says otherwise there is none."""
        cache.keep(QUESTION, says(SOP), LOOKED, "two")
        assert cache.recall(QUESTION, says(sop(capacity__chat=3))) is None

    def test_stories_that_may_be_told_otherwise(self, cache):
        """They have to be told again; where one could not be told, another one might be now."""
        cache.keep(QUESTION, says(SOP), LOOKED, "two")
        assert not cache.recall(QUESTION, says(sop(capacity__email=3))).tells_alike
        cache.keep(QUESTION, says(SOP), PlacesRead([CHATS], [EMAILS], untold=True), "two")
        assert cache.recall(QUESTION, says(sop(capacity__email=3))) is None
        assert cache.recall(QUESTION, says(SOP)).tells_alike

    def test_several_answers(self, cache):
        """The latest ones are kept, and of those for the same policies the last one."""
        for chats in range(1, MOST_ANSWERS + 2):
            cache.keep(QUESTION, says(sop(capacity__chat=chats)), LOOKED, chats)
        cache.keep(QUESTION, says(sop(capacity__chat=3)), LOOKED, "three")
        known = [cache.recall(QUESTION, says(sop(capacity__chat=chats))) for chats in range(1, MOST_ANSWERS + 2)]
        assert [None, 2, "three", 4, 5, 6, 7, 8, 9] == [found and found.answer for found in known]


class TestBroken:
    """What is broken, or somebody else's, is as if it were not there."""

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda text: text[:-7],
            lambda text: text[: len(text) // 2],
            lambda text: "",
            lambda text: text.replace("two", "six"),
            lambda text: text.partition("\n")[2],
            lambda text: f"{text}\ud800",
        ],
        ids=["cut off", "half", "empty", "another answer", "no digest", "no text"],
    )
    def test_a_broken_file(self, cache, spoil):
        """It is asked again, and written anew."""
        cache.keep(QUESTION, says(SOP), LOOKED, "two")
        file = file_of(cache)
        file.write_bytes(spoil(file.read_text("utf-8")).encode("utf-8", "surrogatepass"))
        assert cache.recall(QUESTION, says(SOP)) is None
        cache.keep(QUESTION, says(SOP), LOOKED, "two")
        assert "two" == cache.recall(QUESTION, says(SOP)).answer

    @pytest.mark.parametrize(
        "answers",
        [
            [{}],
            [{"read": [[{"view": [["with_luck", 1]], "places": []}]], "told": [[]], "untold": False}],
            [{"read": [[{"view": [], "places": [["compared"]]}]], "told": [[]], "untold": False}],
            [{"read": [], "told": [[]], "untold": False}],
        ],
    )
    def test_what_none_of_ours_writes(self, cache, answers):
        """A file with a right digest that holds something else."""
        cache.keep(QUESTION, says(SOP), LOOKED, "two")
        file, content = file_of(cache), json.dumps(answers)
        file.write_text(f"{hashlib.sha256(content.encode()).hexdigest()}\n{content}", "utf-8")
        assert cache.recall(QUESTION, says(SOP)) is None

    def test_other_code(self, cache):
        """Answers of another version are never seen."""
        cache.keep(QUESTION, says(SOP), LOOKED, "two")
        assert Cache(cache.folder, "other-code").recall(QUESTION, says(SOP)) is None


class TestFolder:
    """Where answers lie."""

    def test_marks(self, cache):
        """Nobody backs it up, and git does not see it; only its owner reads it. What others wrote there stays."""
        cache.keep(QUESTION, says(SOP), LOOKED, "two")
        assert (
            (cache.folder / "CACHEDIR.TAG").read_text("utf-8").startswith("Signature: 8a477f597d28d172789f06886806bc55")
        )
        assert "*\n" == (cache.folder / ".gitignore").read_text("utf-8")
        if os.name == "posix":
            assert 0o700 == stat.S_IMODE(cache.folder.stat().st_mode)
        (cache.folder / ".gitignore").write_text("mine", "utf-8")
        Cache(cache.folder, "other-code").keep(QUESTION, says(SOP), LOOKED, "two")
        assert "mine" == (cache.folder / ".gitignore").read_text("utf-8")

    def test_where_nothing_can_be_written(self, tmp_path):
        """Nothing is kept, and nothing fails."""
        (tmp_path / "kept").write_text("a file", "utf-8")
        cache = Cache(tmp_path / "kept", "our-code")
        cache.keep(QUESTION, says(SOP), LOOKED, "two")
        assert cache.recall(QUESTION, says(SOP)) is None

    def test_where_it_cannot_be_moved(self, cache, monkeypatch):
        """What was begun is taken away again."""

        def refuse(*_):
            raise PermissionError

        monkeypatch.setattr(Path, "replace", refuse)
        cache.keep(QUESTION, says(SOP), LOOKED, "two")
        assert [] == [*(cache.folder / cache.code).iterdir()]

    def test_what_nobody_uses(self, cache):
        """The answers of code that was not used for a month are thrown away; nothing else is."""
        long_ago = time.time() - 2 * UNUSED
        for name in ("old-code", "new-code"):
            Cache(cache.folder, name).keep(QUESTION, says(SOP), LOOKED, "two")
        os.utime(cache.folder / "old-code", (long_ago, long_ago))
        os.utime(cache.folder / "CACHEDIR.TAG", (long_ago, long_ago))
        cache.keep(QUESTION, says(SOP), LOOKED, "two")
        assert {"our-code", "new-code", "CACHEDIR.TAG", ".gitignore"} == {one.name for one in cache.folder.iterdir()}

    def test_too_many_files(self, cache, monkeypatch):
        """The half of them goes that was not used for longer."""
        monkeypatch.setattr("casecore.check.cache.MOST_FILES", 3)
        for number in range(3):
            cache.keep([number], says(SOP), LOOKED, number)
            os.utime(cache._file_of([number]), (number, number))
        assert 0 == cache.recall([0], says(SOP)).answer  # and so it is used
        cache.keep([3], says(SOP), LOOKED, 3)
        known = [cache.recall([number], says(SOP)) for number in range(4)]
        assert [0, None, None, 3] == [found and found.answer for found in known]

    def test_several_at_once(self, cache):
        """Whoever reads while others write reads one answer or another, and never half of one."""

        def keep_and_recall(chats):
            for _ in range(20):
                cache.keep(QUESTION, says(sop(capacity__chat=chats)), LOOKED, chats)
                found = cache.recall(QUESTION, says(sop(capacity__chat=chats)))
                assert found is None or chats == found.answer

        with ThreadPoolExecutor(4) as pool:
            assert [None] * 4 == [*pool.map(keep_and_recall, range(1, 5))]
        assert 1 == len([*(cache.folder / cache.code).iterdir()])

    def test_the_users_folder(self, monkeypatch):
        """As programs of each system do; a variable says another one."""
        home = Path.home()
        assert home / ".cache" / "casecore" == user_folder({}, "linux")
        assert Path("/c/casecore") == user_folder({"XDG_CACHE_HOME": "/c"}, "linux")
        assert home / "Library" / "Caches" / "casecore" == user_folder({}, "darwin")
        assert Path("/l") / "casecore" / "Cache" == user_folder({"LOCALAPPDATA": "/l"}, "win32")
        assert home / ".cache" / "casecore" == user_folder({}, "win32")
        assert Path("/here") == user_folder({"CASECORE_CACHE_DIR": "/here"}, "win32")

        def homeless():
            raise RuntimeError

        monkeypatch.setattr(Path, "home", homeless)
        assert user_folder({}, "linux") is None


class TestCode:
    """Answers are those of the code that gave them."""

    @pytest.fixture
    def package(self, tmp_path):
        """A package with one module, which was written long ago."""
        folder = tmp_path / "package"
        folder.mkdir()
        self.write(folder / "module.py", "x = 1")
        return folder

    def write(self, file, text, ago=2 * FRESH):
        """Write a file, so many seconds ago."""
        file.write_text(text, "utf-8")
        os.utime(file, (time.time() - ago,) * 2)

    def test_the_same_code(self, package):
        """It has one name, whoever asks; what is no code means nothing."""
        code = code_of("", package)
        self.write(package / "notes.md", "Hello")
        assert code == code_of("", package)

    def test_another_file(self, package):
        """Whatever is another in a file, or that there is one more, is another code."""
        codes = {code_of("", package)}
        self.write(package / "module.py", "x = 2")
        codes.add(code_of("", package))
        self.write(package / "sop.toml", "[capacity]")
        codes.add(code_of("", package))
        assert 3 == len(codes)

    def test_what_was_written_just_now(self, package):
        """Perhaps it is not what was loaded: nothing is kept."""
        self.write(package / "module.py", "x = 2", ago=0)
        assert code_of("", package) is None

    def test_a_file_that_goes_meanwhile(self, package, monkeypatch):
        """Then nobody knows what the code is."""
        monkeypatch.setattr(fingerprint, "_files_of", lambda _: [package / "gone.py"])
        assert code_of("", package) is None

    def test_rooms_of_ones_own(self, package, tmp_path, monkeypatch):
        """Under another name there may be other rooms; what was loaded from a team's own files belongs to them."""
        rooms = tmp_path / "our_rooms.py"
        self.write(rooms, "LIMIT = 1")
        monkeypatch.setattr(fingerprint, "_modules_of_teams", lambda _: [rooms])
        codes = {code_of("", package), code_of("our_rooms:HOUSE", package), code_of("our_rooms:OTHER", package)}
        self.write(rooms, "LIMIT = 2")
        codes.add(code_of("our_rooms:HOUSE", package))
        assert 4 == len(codes)

    def test_modules_of_teams(self, tmp_path, monkeypatch):
        """All that neither came with Python, nor was installed, nor is ours."""
        rooms = tmp_path / "our_rooms.py"
        rooms.write_text("", "utf-8")
        for name, file in (("our_rooms", rooms), ("gone", tmp_path / "gone.py"), ("odd", None)):
            module = type(sys)(name)
            module.__file__ = file and str(file)
            monkeypatch.setitem(sys.modules, name, module)
        found = fingerprint._modules_of_teams(fingerprint.PACKAGE)
        assert rooms in found
        assert tmp_path / "gone.py" not in found
        for other in (json.__file__, pytest.__file__, fingerprint.__file__):
            assert Path(other) not in found

    def test_what_is_installed(self, tmp_path, monkeypatch):
        """Another version of anything beside it, or of the time zones, is another code."""
        monkeypatch.setattr(sys, "path", [str(tmp_path), str(tmp_path / "nowhere")])
        monkeypatch.setattr(fingerprint.zoneinfo, "TZPATH", [str(tmp_path / "zones")])
        (tmp_path / "attrs-25.1.0.dist-info").mkdir()
        (tmp_path / "zones").mkdir()
        (tmp_path / "zones" / "tzdata.zi").write_text("# version 2026a", "utf-8")
        installed, zones = fingerprint._versions(dated=False)
        assert "attrs-25.1.0.dist-info" == installed
        assert str(tmp_path / "zones" / "tzdata.zi") in zones
        dated, _ = fingerprint._versions(dated=True)
        assert dated.startswith("attrs-25.1.0.dist-info ")

    def test_open(self, tmp_path, monkeypatch):
        """With no folder, or where nobody could tell two houses apart, there is no cache."""
        monkeypatch.setattr("casecore.check.cache.code_of", "code of {}".format)
        assert Cache(tmp_path, "code of ", HOUSE) == Cache.open(tmp_path)
        ours = House(ROOMS)
        assert Cache.open(tmp_path, ours) is None
        assert Cache(tmp_path, "code of rooms:OURS", ours) == Cache.open(tmp_path, ours, "rooms:OURS")
        monkeypatch.setenv("CASECORE_CACHE_DIR", str(tmp_path / "else"))
        assert tmp_path / "else" == Cache.open().folder
        monkeypatch.setattr("casecore.check.cache.user_folder", lambda *_: None)
        assert Cache.open() is None
        monkeypatch.setattr("casecore.check.cache.code_of", lambda _: None)
        assert Cache.open(tmp_path) is None
