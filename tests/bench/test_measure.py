"""What is measured becomes lines: a ratio, its target, what is stored of it, and what fell short."""

import json
import sys
from types import ModuleType

import pytest

from bench.__main__ import main, ratios_of, rows_of, shortfalls, summary
from bench.measure import Effort, Line, costs, cpu, duration, outruns, side_by_side, table, weighs
from bench.stored import BASELINE, NoBaseline, has_worsened, read_baseline, write_baseline
from bench.subjects import SUBJECTS, Part, measured


class TestLines:
    """Ratios as people read them, and whether they are what they should be."""

    @pytest.mark.parametrize(
        ("line", "ratio", "goal", "reached"),
        [
            (costs("a", 1.0, 2.0, 0.5), "0.5", "≤ 0.5", True),
            (costs("a", 1.0, 2.0, 0.4), "0.5", "≤ 0.4", False),
            (costs("a", 1.0, 2.0), "0.5", "", None),
            (costs("a", 1.0, None, 0.4), "", "≤ 0.4", None),
            (outruns("a", 1.0, 4.0, 4), "4 x", "≥ 4 x", True),
            (outruns("a", 1.0, 3.0, 4), "3 x", "≥ 4 x", False),
            (weighs("a", 1_500, 1_500), "", "≤ 1,500 B", True),
            (weighs("a", 1_501, 1_500), "", "≤ 1,500 B", False),
            (weighs("a", 1_501), "", "", None),
            (Line("a", target="none", within=False), "", "none", False),
        ],
    )
    def test_line(self, line, ratio, goal, reached):
        """How many times as fast is the inverse of what part of the time."""
        assert (ratio, goal, reached) == (line.ratio, line.goal, line.reached)

    def test_duration(self):
        """Each in the unit in which it has few digits."""
        assert ["2 s", "1.5 ms", "12.3 µs", "5 ns"] == [*map(duration, (2.0, 0.0015, 12.34e-6, 5e-9))]

    def test_table(self):
        """The first column to the left, the others to the right."""
        assert "       a\nxxxx   b\ny     cc" == table([("", "a"), ("xxxx", "b"), ("y", "cc")])

    def test_side_by_side(self):
        """Each contender has as many turns as there are repeats, one after the other."""
        turns = []
        took = side_by_side(lambda: turns.append("a"), lambda: turns.append("b"), repeats=3, loops=2)
        assert ["a", "a", "b", "b"] * 3 == turns
        assert all(seconds >= 0 for seconds in took)
        assert cpu() <= cpu()

    def test_effort(self):
        """What is quick is smaller."""
        assert (100, 10) == (Effort().size(100, 10), Effort(quick=True).size(100, 10))


class TestStored:
    """The baseline holds ratios by name, and nothing of the machine."""

    def test_written_and_read(self, tmp_path):
        """Three digits, in the order of their names; of subjects that were run nothing old is left."""
        file = tmp_path / "baseline.json"
        assert {} == read_baseline(file)
        write_baseline({"fold.old": 1.0, "day.command": 2.0}, frozenset({"fold", "day"}), file)
        write_baseline({"fold.evolve": 0.123456}, frozenset({"fold"}), file)
        assert {"day.command": 2.0, "fold.evolve": 0.123} == read_baseline(file)
        assert '{\n "day.command": 2.0,\n "fold.evolve": 0.123\n}\n' == file.read_text()

    @pytest.mark.parametrize("text", ["{", "[1]", '{"fold.evolve": "fast"}', '{"fold.evolve": 0}', '{"a.b": true}'])
    def test_not_a_baseline(self, tmp_path, text):
        """Anything else is told, with what to do."""
        file = tmp_path / "baseline.json"
        file.write_text(text)
        with pytest.raises(NoBaseline, match=r"^baseline\.json .*write it anew with `python -m bench --store`"):
            read_baseline(file)

    def test_the_one_that_is_there(self):
        """It holds ratios of subjects that there are."""
        stored = read_baseline()
        assert set(SUBJECTS) >= {key.partition(".")[0] for key in stored}
        assert json.loads(BASELINE.read_text("utf-8")) == stored

    def test_worsened(self):
        """By more than a machine accounts for."""
        assert [False, False, True] == [has_worsened(ratio, 1.0) for ratio in (0.5, 1.25, 1.26)]
        assert not has_worsened(9.0, None)


STORED = {"fold.evolve": 0.1, "fold.desk": 2.0}
PARTS = (
    Part(
        "into",
        (
            outruns("fold; peer: attrs", 1.0, 5.0, 4, key="evolve"),
            costs("... into a desk", 3.0, 1.0, 2, key="desk"),
            costs("... alone", 3.0, key="alone"),
        ),
    ),
    Part("library", missing="eventsourcing is not installed; `make bench` installs it"),
)


class TestTables:
    """A table for each subject, and one of what fell short."""

    def test_rows(self):
        """What is stored stands beside what was measured, in the same words."""
        head, first, second, third = rows_of("fold", PARTS, STORED)
        assert ("", "ours", "peer", "ratio", "stored", "target", "") == head
        assert ("fold; peer: attrs", "1 s", "5 s", "5 x", "10 x", "≥ 4 x", "within") == first
        assert ("... into a desk", "3 s", "1 s", "3", "2", "≤ 2", "over") == second
        assert ("... alone", "3 s", "", "", "", "", "") == third

    def test_shortfalls(self):
        """What misses its target, and what has got worse than is stored, though it reaches it."""
        found = [row for line in PARTS[0].lines for row in shortfalls("fold", line, STORED)]
        assert [
            ("fold: fold; peer: attrs", "5 x", "was 10 x"),
            ("fold: into a desk", "3", "≤ 2"),
            ("fold: into a desk", "3", "was 2"),
        ] == found

    def test_summary(self):
        """How many targets are reached, and the one table at the end."""
        assert "1 of 2 targets are reached; what fell short:\n" in summary({"fold": PARTS}, {})
        reached = {"fold": [Part("into", PARTS[0].lines[:1])]}
        assert "1 of 1 targets are reached.\n" == summary(reached, {})

    def test_ratios(self):
        """What is stored has a peer and a name."""
        assert {"fold.evolve": 0.2, "fold.desk": 3.0} == ratios_of({"fold": PARTS})


class TestSubjects:
    """A subject is run part by part; what cannot be measured is told, and the others go on."""

    @pytest.fixture
    def subject(self, monkeypatch):
        """A benchmark of four parts, of which three cannot be measured."""

        def fine(effort):
            yield costs("fine", 1.0, 2.0 if effort.peers else None, key="fine")

        def without_peer(_):
            yield costs("never told", 1.0)
            import a_peer_that_nobody_has

            yield a_peer_that_nobody_has

        def too_new(_):
            from casecore import NothingOfTheKind

            yield NothingOfTheKind

        def broken(_):
            yield costs("broken", [].nothing)

        module = ModuleType("bench.invented", "Inventing: what it costs.\n\nMore.")
        module.PARTS = (fine, without_peer)
        monkeypatch.setitem(sys.modules, "bench.invented", module)
        monkeypatch.setattr("bench.subjects.SUBJECTS", ("invented",))
        monkeypatch.setattr("bench.__main__.SUBJECTS", ("invented",))
        return module, too_new, broken

    def test_no_peer(self, subject, capsys):
        """A peer that is not installed is told, and is no failure."""
        assert subject
        assert 0 == main([])
        told = capsys.readouterr().out
        assert "Inventing: what it costs.\n" in told
        assert "left out: a_peer_that_nobody_has is not installed; `make bench` installs it\n" in told
        assert "0 of 0 targets are reached.\n" in told

    def test_unknown(self, capsys):
        """A name that is none of a benchmark."""
        assert 2 == main(["chess"])
        assert "no benchmark is called chess; there are audit, clocks, day" in capsys.readouterr().err

    def test_elsewhere(self, subject):
        """Beside another revision, what is not there is told; in this tree it is a mistake."""
        module, too_new, broken = subject
        module.PARTS += (too_new, broken)
        with pytest.raises(ImportError, match="NothingOfTheKind"):
            [*measured("invented", Effort())]
        fine, peerless, newer, wrong = measured("invented", Effort(peers=False), elsewhere=True)
        assert [None] == [line.share for line in fine.lines]
        assert ("without_peer", ()) == (peerless.name, peerless.lines)
        assert newer.missing.startswith("ImportError: cannot import name 'NothingOfTheKind' from 'casecore'")
        assert "AttributeError: 'list' object has no attribute 'nothing'" == wrong.missing

    def test_nothing_of_it(self):
        """A subject that cannot even be imported."""
        with pytest.raises(ModuleNotFoundError):
            [*measured("nowhere", Effort())]
        (nothing,) = measured("nowhere", Effort(), elsewhere=True)
        assert "ModuleNotFoundError: No module named 'bench.nowhere'" == nothing.missing

    def test_stored(self, subject, monkeypatch, tmp_path):
        """`--store` writes the ratios of what was run."""
        assert subject
        file = tmp_path / "baseline.json"
        monkeypatch.setattr("bench.__main__.read_baseline", dict)
        monkeypatch.setattr("bench.__main__.write_baseline", lambda *given: write_baseline(*given, file))
        assert 0 == main(["--store", "invented"])
        assert {"invented.fine": 0.5} == read_baseline(file)
