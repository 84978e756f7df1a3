"""Two trees are compared by the ratios of their pairs: what the spread says, and what is told where one has nothing."""

import subprocess
from random import Random

import pytest

from bench.compare import (
    NOTHING,
    ROOT,
    Told,
    Unfit,
    left_out,
    main,
    outermost,
    row_of,
    rows_of,
    source_of,
    spread_of,
    summary,
    tell,
)
from bench.measure import Effort, Line, costs
from bench.subjects import Part


def told(seconds, key="fold", missing=""):
    """What one run has told of one figure."""
    return Told({key: seconds}, {key: "fold it"}, missing)


def rounds_of(before, now):
    """Rounds in which either side took so many seconds."""
    return [({"part": told(one)}, {"part": told(other)}) for one, other in zip(before, now, strict=True)]


class TestSpread:
    """Ratios tell of a difference only where they would not lie like that by chance."""

    @pytest.mark.parametrize(
        ("count", "left_out"), [(1, None), (5, None), (6, 0), (8, 0), (9, 1), (11, 1), (12, 2), (15, 3), (20, 5)]
    )
    def test_outermost(self, count, left_out):
        """The ranks between which a median lies in 95 of 100 cases, as tables of the sign test have them."""
        assert left_out == outermost(count)

    def test_likely_means_likely(self):
        """Drawn a thousand times, the true median lies between them at least nineteen times in twenty."""
        random = Random(1)
        for count in (6, 7, 12):
            spreads = [spread_of(random.lognormvariate(0, 0.2) for _ in range(count)) for _ in range(1_000)]
            assert 950 <= sum(spread.low <= 1 <= spread.high for spread in spreads)

    def test_middle_and_quarters(self):
        """The median, and the quarters between which half of the ratios lie."""
        spread = spread_of([1.0, 0.8, 1.2, 0.9, 1.1])
        assert (1.0, 0.9, 1.1) == (spread.middle, spread.quarter, spread.three_quarters)
        assert (0.5, 0.5, 0.5) == (spread_of([0.5]).middle, spread_of([0.5]).quarter, spread_of([0.5]).three_quarters)

    @pytest.mark.parametrize(
        ("ratios", "verdict"),
        [
            ([0.5, 0.52, 0.49, 0.51, 0.5, 0.5], "faster"),
            ([2.0, 2.1, 1.9, 2.0, 2.0, 2.0], "slower"),
            ([0.5, 0.5, 0.5, 0.5, 0.5, 1.1], "within the noise"),  # one of six was as slow
            ([0.9, 1.1, 0.95, 1.05, 1.0, 1.0], "within the noise"),
            ([0.99] * 6, "within the noise"),  # always, and less than anybody can tell
            ([1.01] * 6, "within the noise"),
            ([0.5] * 5, "too few rounds"),
        ],
    )
    def test_verdict(self, ratios, verdict):
        """All that is likely lies on one side, and the middle is more than 2 % away."""
        assert verdict == spread_of(ratios).verdict

    def test_one_slow_round_of_nine(self):
        """With more rounds one of them may be disturbed."""
        assert "faster" == spread_of([0.5] * 8 + [3.0]).verdict


class TestRows:
    """A row tells the times of both sides, and the spread of the ratios of the pairs."""

    def test_pairs(self):
        """The ratio is that of the pairs: a minute in which everything was slow changes nothing."""
        (row,) = rows_of(rounds_of([1.0, 10.0, 2.0, 1.0, 1.0, 3.0], [0.5, 5.0, 1.0, 0.5, 0.5, 1.5]))
        assert ("fold it", "1.5 s", "750 ms", "0.500", "0.500 to 0.500", "0.500 to 0.500", "faster") == row

    def test_bytes(self):
        """What is counted in bytes is told in bytes."""
        pair = (told(2_000.0, "routed_bytes"), told(1_500.0, "routed_bytes"))
        assert ("2,000 B", "1,500 B", "0.750") == row_of("routed_bytes", [pair])[1:4]

    def test_one_side_has_nothing(self):
        """What the revision had not, and what this tree has no more, is told without a ratio."""
        known, new = {"part": told(1.0)}, {"part": Told({}, {}, "ImportError: cannot import name 'WorkingDesk'")}
        assert [("fold it", "", "1 s", "", "", "", "not before")] == [*rows_of([(new, known)])]
        assert [("fold it", "1 s", "", "", "", "", "not now")] == [*rows_of([(known, new)])]
        reason = "ImportError: cannot import name 'WorkingDesk'"
        assert [f"left out in v1: {reason}"] == [*left_out([(new, known), (new, known)], "v1")]
        assert [f"left out in this tree: {reason}"] == [*left_out([(known, new)], "v1")]

    def test_a_part_that_is_not_there(self):
        """A part that only one side knows at all."""
        assert NOTHING == Told({}, {})
        assert ["not before"] == [row[-1] for row in rows_of([({}, {"part": told(1.0)})])]

    def test_summary(self):
        """At the end stands what has changed."""
        assert "0 of 1 figures tell of a difference.\n" == summary(
            [("a", "1 s", "1 s", "1", "", "", "within the noise")]
        )
        some = summary([("a", "", "", "0.5", "", "", "faster"), ("b", "", "", "", "", "", "not before")])
        assert some.startswith("1 of 2 figures tell of a difference:\n")
        assert ["a", "0.5", "faster"] == some.splitlines()[-1].split()


class TestRevision:
    """The source of a revision is unpacked; where there is none, it is said what to name instead."""

    @pytest.fixture
    def repository(self, tmp_path):
        """A repository of two commits: one that has a casecore, and one before it that has not."""

        def git(*words):
            who = ("-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")
            subprocess.run(["git", "-C", tmp_path, *who, *words], check=True, capture_output=True)

        git("init")
        git("commit", "--allow-empty", "-m", "nothing")
        git("tag", "empty")
        package = tmp_path / "src" / "casecore"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text("old = True\n")
        git("add", ".")
        git("commit", "-m", "something")
        git("tag", "something")
        (package / "__init__.py").write_text("old = False\n")
        return tmp_path

    def test_unpacked(self, repository, tmp_path_factory):
        """The source as it is committed, whatever the working tree says."""
        source = source_of("something", tmp_path_factory.mktemp("there"), repository)
        assert "old = True\n" == (source / "casecore" / "__init__.py").read_text()

    @pytest.mark.parametrize(
        ("revision", "message"),
        [
            ("nowhere", "there is no revision 'nowhere' here; name a commit, a branch or a tag: REV=main"),
            ("--all", "there is no revision '--all' here"),
            ("empty", "empty has no folder src/casecore; name a later revision"),
        ],
    )
    def test_unfit(self, repository, tmp_path, revision, message):
        """A revision that does not exist, one that would be an option, and one from before there was anything."""
        with pytest.raises(Unfit, match=message):
            source_of(revision, tmp_path / "there", repository)

    def test_no_repository(self, tmp_path):
        """A folder in which git knows nothing."""
        with pytest.raises(Unfit, match="is no repository of git; compare in a clone"):
            source_of("HEAD", tmp_path, tmp_path)

    def test_no_git(self, tmp_path, monkeypatch):
        """A machine without git."""
        monkeypatch.setenv("PATH", "")
        with pytest.raises(Unfit, match="git is not installed"):
            source_of("HEAD", tmp_path, tmp_path)


class TestCommand:
    """`python -m bench.compare`."""

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            (["chess"], "no benchmark is called chess; there are audit, "),
            (["--rounds", "0"], "--rounds has to be 1 or more"),
            (["--revision", "nowhere-at-all"], "there is no revision 'nowhere-at-all' here"),
        ],
    )
    def test_mistakes(self, given, message, capsys):
        """What cannot be compared is told before anything is measured."""
        if "--revision" in given and not (ROOT / ".git").exists():
            message = "is no repository of git"
        assert 2 == main(given)
        assert message in capsys.readouterr().err

    def test_told(self, monkeypatch):
        """A process tells the costs that have a key; a part that needs what is not there tells why."""

        def measured(*_, **__):
            yield from (
                Part("one", (costs("fold it; peer: nobody", 1.5, key="fold"), Line("only told", "3"))),
                Part("other", missing="AttributeError: no such thing"),
            )

        monkeypatch.setattr("bench.compare.measured", measured)
        assert {
            "one": ({"fold": 1.5}, {"fold": "fold it"}, ""),
            "other": ({}, {}, "AttributeError: no such thing"),
        } == tell("fold", Effort())
