"""What an audit says of each row of a log, and whether that contradicts what is said where everything is told."""

from functools import cache

from casecore import HOUSE
from casecore.audit.judging.auditing import Auditor, Telling
from casecore.audit.judging.judge import RuleOutcome
from tests.audit.log_rows import hidden
from tests.audit.made_logs import made_log


def outcomes(commands, policy, telling):
    """What is said of each row: {rule: outcome}, one after the other."""
    audit, said = Auditor(policy, telling), []
    judge = audit._judge.judge

    def noting(subject):
        judgement = judge(subject)
        said.append(dict(judgement.outcomes))
        return judgement

    audit._judge.judge = noting
    for place, command in enumerate(commands):
        audit.see_command(command, place)
    return said


def honest_telling(log, rest, *, whole=True):
    """What a map may say of a log of which some rows are hidden: what is told wholly, and where cases begin."""
    kept = set(rest.places)
    gone = {type(command).__name__ for place, command in enumerate(log.commands) if place not in kept}
    told = (kind.__name__ for kind in HOUSE.commands)
    return Telling.of(HOUSE, [name for name in told if not whole or name not in gone], begins_whole=whole)


@cache
def truth_of(seed, cases):
    """A made log, and what is said of its rows where everything is told."""
    log = made_log(seed, cases=cases)
    return log, outcomes(log.commands, log.policy, Telling.of(HOUSE, [kind.__name__ for kind in HOUSE.commands]))


def contradictions(seed, cases, hiding, which):
    """Where an audit of a log with hidden rows says something else than one of the whole log, and not `unknown`.

    After a broken need the other rules of a row have nothing to say, so what is said of them is no contradiction.

    Returns:
        (place, rule, what is true, what was said), and how often something was said that is not `unknown`.
    """
    log, truth = truth_of(seed, cases)
    rest = hidden(log.commands, hiding, which)
    said = outcomes(rest.commands, log.policy, honest_telling(log, rest, whole=hiding != "first_half"))
    wrong, known = [], 0
    for place, found in zip(rest.places, said, strict=True):
        true = truth[place]
        for rule in found.keys() | true.keys():
            was, now = true.get(rule), found.get(rule)
            known += now in {RuleOutcome.KEPT, RuleOutcome.BROKEN}
            missed = was is RuleOutcome.BROKEN and now not in {RuleOutcome.BROKEN, RuleOutcome.UNKNOWN}
            made_up = now is RuleOutcome.BROKEN and was is not RuleOutcome.BROKEN
            if (missed and RuleOutcome.BROKEN not in found.values()) or (
                made_up and RuleOutcome.BROKEN not in true.values()
            ):
                wrong.append((place, rule, was, now))
    return wrong, known
