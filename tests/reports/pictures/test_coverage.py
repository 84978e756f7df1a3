"""Coverage: how often rules were kept in a log, and promises tested in a check; from reports that are made here."""

from attrs import evolve

from casecore.audit import audit
from casecore.audit.reports.coverage import Coverage
from casecore.audit.reports.report import RuleResult
from casecore.check import check
from casecore.check.report import Judgement, PromiseVerdict, Report
from casecore.policies import Policy
from casecore.reports.pictures import promise_coverage, rule_coverage
from tests.audit.desk_logs import CHATS, log_of
from tests.reports.pictures.drawn import assert_well_drawn, root_of, tips_of, words_of

CHAT_LOG = audit(log_of(CHATS))
"""A real audit, of which only what is asked for here is replaced."""


def rule(name, kept, broken, unknown):
    """What became of a rule."""
    return RuleResult(name, (f"What {name} says",), ("§1",), kept, broken, unknown)


RULES = (rule("lifecycle.edge", 6, 2, 0), rule("offer.late", 1, 0, 3), rule("case.known", 1200, 0, 0))
AUDIT = evolve(
    CHAT_LOG, rules=RULES, coverage=Coverage(5, ("lifecycle.edge", "case.known", "offer.late"), (), (), ("a", "b"))
)


class TestRules:
    """Of an audit."""

    picture = rule_coverage(AUDIT)

    def test_its_text(self):
        """A line a rule, in the order of the report; what never was is left out."""
        assert_well_drawn(self.picture)
        assert [
            "How often each rule was kept. 5 rules: 3 judged, 0 always unknown, 2 without an occasion",
            "lifecycle.edge  6 kept, 2 broken",
            "offer.late      1 kept, 3 unknown",
            "case.known      1,200 kept",
        ] == str(self.picture).splitlines()
        assert {
            "rule": "offer.late",
            "title": "What offer.late says",
            "kept": 1,
            "broken": 0,
            "unknown": 3,
        } in self.picture.frame()

    def test_its_bars(self):
        """Each bar is 72 wide: a quarter of the first is broken, three quarters of the second are unknown."""
        assert {"lifecycle.edge", "6 kept, 2 broken", "1,200 kept"} <= {*words_of(self.picture)}
        bars = [
            (mark.get("class"), float(mark.get("width"))) for mark in root_of(self.picture) if mark.get("rx") == "0"
        ]
        assert [
            ("cc-bad", 18),
            ("cc-good", 54),
            ("cc-good", 18),
            ("cc-quiet-s", 54),
            ("cc-good", 72),
        ] == bars
        assert "offer.late: 1 kept, 3 unknown" in tips_of(self.picture)

    def test_many_rules(self):
        """The first are drawn; the rest are counted."""
        many = rule_coverage(evolve(AUDIT, rules=tuple(rule(f"rule.{number}", 1, 0, 0) for number in range(33))))
        assert_well_drawn(many)
        assert {"rule.29", "and 3 more"} <= {*words_of(many)}
        assert "rule.30" not in words_of(many)

    def test_of_a_real_audit(self):
        """Each of its rules, with the numbers of the report."""
        picture = rule_coverage(CHAT_LOG)
        assert_well_drawn(picture)
        assert [(one.id, one.kept, one.broken, one.unknown) for one in CHAT_LOG.rules] == [
            (row["rule"], row["kept"], row["broken"], row["unknown"]) for row in picture.frame()
        ]


def promise(number, verdict, times=0, scopes=(), title="closed stays closed"):
    """What is known of a promise."""
    return Judgement(number, title, PromiseVerdict(verdict), times=times, scopes=scopes)


class TestPromises:
    """Of a check."""

    report = Report(
        Policy.default(),
        (),
        (),
        (
            promise("02", "proved", 999, ("a", "b")),
            promise("03", "fails", 9, ("a",), "a case has at most one assignee, " * 3),
            promise("04", "vacuous"),
            promise("05", "inconclusive", 1, ("a",)),
        ),
        unused=("offer.late",),
    )
    picture = promise_coverage(report)

    def test_its_text(self):
        """A line a promise, and the rules that refused nothing."""
        assert_well_drawn(self.picture)
        lines = str(self.picture).splitlines()
        assert (
            "How often each promise was tested: 1 proved, 1 fails, 1 vacuous, 1 inconclusive; 1 rule refused nothing"
        ) == lines[0]
        assert "02  proved, 999 steps in 2 scopes    closed stays closed" == lines[1]
        assert "04  vacuous                          closed stays closed" == lines[3]
        assert "refused nothing: offer.late" == lines[5]
        assert {
            "promise": "02",
            "title": "closed stays closed",
            "verdict": "proved",
            "times": 999,
            "scopes": 2,
        } in self.picture.frame()

    def test_its_bars(self):
        """Each is as long as its steps have digits: nine steps a third of 999; a long title has two lines."""
        words = words_of(self.picture)
        assert {"02 closed stays closed", "proved, 999 steps in 2 scopes", "vacuous"} <= {*words}
        assert "03 a case has at most one assignee, a case has at most one" in " ".join(words)
        bars = [float(mark.get("width")) for mark in root_of(self.picture) if mark.get("height") == "8"]
        assert [218, 72.7, 21.9] == bars
        assert [
            "02: proved, 999 steps in 2 scopes",
            "03: fails, 9 steps in 1 scope",
            "05: inconclusive, 1 step in 1 scope",
        ] == (tips_of(self.picture))

    def test_a_check_of_nothing(self):
        """Says that it asked nothing."""
        picture = promise_coverage(Report(Policy.default(), (), (), ()))
        assert_well_drawn(picture)
        assert "How often each promise was tested: no promise was asked" == str(picture)

    def test_of_a_real_check(self):
        """Each of its promises, with the numbers of the report."""
        report = check(Policy.default(), scopes="the-window-on-whatsapp", walk=0)
        picture = promise_coverage(report)
        assert_well_drawn(picture)
        assert [(one.number, one.times) for one in report.judgements] == [
            (row["promise"], row["times"]) for row in picture.frame()
        ]
