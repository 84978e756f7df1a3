"""`casecore audit`: was last month's work done by the rules, as far as the log tells?"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import attrs
from attrs import field, frozen
from cyclopts import Parameter
from cyclopts.validators import Number

from casecore.audit.errors import AuditError
from casecore.audit.logs.log_map import LogMap
from casecore.audit.reports.finding_rows import Sink, open_sink
from casecore.audit.reports.formats import FORMATS, as_markdown
from casecore.audit.reports.pseudonyms import Pseudonyms
from casecore.audit.reports.report import AuditReport, rules_by_id
from casecore.audit.reports.story import story_of_case
from casecore.audit.running import KEPT
from casecore.audit.running import audit as audit_log
from casecore.cli.audit_text import show_audit
from casecore.cli.check import CannotRun, read_instant
from casecore.cli.exits import NOTHING
from casecore.cli.github_page import add_step_summary
from casecore.cli.houses import HouseName, NoHouse, load_house
from casecore.cli.inputs import load_policy
from casecore.cli.screen import Screen, report_error
from casecore.cli.streams import write_document
from casecore.cli.unreadable import show_unreadable
from casecore.kernel.errors import MissingExtra, quoted
from casecore.kernel.problems import did_you_mean, why_unreadable
from casecore.kernel.processes import ProcessEnded
from casecore.policies import Policy, PolicyError
from casecore.reports.paths import SHIPPED_SOP
from casecore.rooms.composition import House

FOUND: Final = 1
"""The exit code where something was found that --fail-on names."""

WORDS: Final = ("broken", "odd", "unknown", "nothing")
"""What --fail-on may name beside rules."""


@frozen
class AuditRequest:
    """What the command line asks for."""

    logs: tuple[str, ...]
    map: LogMap
    policy: Policy
    house: House
    form: str
    fail_on: frozenset[str]
    options: dict[str, Any] = field(factory=dict)


def audit(
    logs: Annotated[tuple[str, ...], Parameter(show_default=False)] = (),
    /,
    *,
    map: Annotated[str | None, Parameter(metavar="FILE")] = None,  # noqa: A002 -- the option's name
    policy: Annotated[str | None, Parameter(metavar="FILE")] = None,
    format: Literal["text", "json", "md", "github", "junit", "csv", "html"] = "text",  # noqa: A002 -- the option's name
    fail_on: Annotated[tuple[str, ...], Parameter(negative="", show_default=False, metavar="RULE")] = (),
    only: Annotated[tuple[str, ...], Parameter(negative="", show_default=False, metavar="RULE")] = (),
    since: str | None = None,
    sample: str | None = None,
    write_findings: Annotated[str | None, Parameter(metavar="FILE")] = None,
    story: Annotated[str | None, Parameter(metavar="CASE")] = None,
    against: Annotated[str | None, Parameter(metavar="FILE")] = None,
    texts: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    pseudonyms: Annotated[str | None, Parameter(metavar="KEY")] = None,
    pseudonyms_cases: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    guess_map: Annotated[str | None, Parameter(metavar="LOG")] = None,
    jobs: Annotated[int, Parameter(validator=Number(gte=1), show_default=False)] = 1,
    house: HouseName = None,
) -> int:
    """Judge what a help desk's log tells by the rules of an SOP.

    Exit code 0: nothing that --fail-on names; 1: something; 2: it could not run; 3: no rule could be judged.

    Args:
        logs: The log: files, or patterns like 2026-*.csv.
        map: What the log's columns and words mean, a TOML file; or the name of a map that ships, e.g. servicenow.
        policy: The SOP, a TOML file; the one that ships with casecore if it is left out.
        format: Text for people, JSON, Markdown, GitHub's workflow commands, JUnit's XML with a test case a rule, CSV
            with a row for each breach, or a page for a browser (html).
        fail_on: What is answered by exit code 1: the ids of rules, broken (any rule that the policy does not only warn
            of), odd (anything odd about the log), unknown (any rule of which nothing is known) or nothing; separated by
            commas. Where it is left out: broken.
        only: The ids of the rules that are told, separated by commas; all of them if it is left out.
        since: A date, or an instant with its offset, from which on is judged; what happened before is only taken in.
        sample: 1/10 judges one of ten cases, always the same ones. What the others may have changed is not known.
        write_findings: A file for all breaches, a row each: .csv or .parquet.
        story: A case: write what happened to it up to its first breach as a day, which casecore replay reads, and
            nothing else.
        against: Another SOP, by which the same rows are judged, too: what would have been?
        texts: With --story: what people wrote stands in the day, too; otherwise it is left out.
        pseudonyms: A key, or @ and a file with one: agents, customers and threads are called otherwise, and the same
            key gives the same names.
        pseudonyms_cases: Cases are called otherwise, too.
        guess_map: A log: write a map to begin with, with what was seen in it and what must be answered; nothing else.
        jobs: How many processes judge; one, if it is left out. What is said is the same.
        house: Rooms of your own beside ours: where a module has them, e.g. refund_desk:HOUSE, or the name under which
            an installed package has them.
    """
    try:
        if guess_map is not None:
            return _guess(guess_map)
        rooms = load_house(house)
        asked = _request(logs, map, policy, rooms, format, fail_on)
        names = _pseudonyms(pseudonyms, cases=pseudonyms_cases, texts=texts)
        options: dict[str, Any] = {
            "only": _rules_in("--only", only, asked) or None,
            "since": None if since is None else read_instant(asked.policy, since, "--since"),
            "sample": _sample_of(sample),
            "pseudonyms": names,
            "against": None if against is None else load_policy(against, rooms),
            "jobs": jobs,
            "noted": lambda how: print(f"casecore audit: {how}", file=sys.stderr),
        }
        if story is not None:
            return _tell_story(story, asked, policy, names, texts=texts)
        report = _run(attrs.evolve(asked, options=options), write_findings)
    except (PolicyError, CannotRun, NoHouse, AuditError, MissingExtra, ProcessEnded) as error:
        return show_unreadable("audit", error, format, logs[0] if logs else "")
    code = exit_of(report, asked.fail_on)
    if format == "text":
        show_audit(report, Screen(), code)
        return code
    write_document(FORMATS[format](report))
    if format == "github":
        add_step_summary(as_markdown(report))
    return code


def exit_of(report: AuditReport, fail_on: Collection[str]) -> int:
    """The exit code of an audit.

    Args:
        report: What was found.
        fail_on: What is answered by 1: ids of rules, and words of `WORDS`.
    """
    if not report.known:
        return NOTHING
    broken = {rule.id for rule in report.rules if rule.broken}
    found = bool(broken & {*fail_on})
    found |= "broken" in fail_on and bool(report.broken)
    found |= "odd" in fail_on and bool(report.odd)
    found |= "unknown" in fail_on and bool(report.unknown)
    return FOUND if found else 0


def _request(
    logs: tuple[str, ...],
    named: str | None,
    policy: str | None,
    house: House,
    form: str,
    fail_on: Sequence[str],
) -> AuditRequest:
    usage = "casecore audit LOG --map MAP --policy SOP"
    if not logs:
        raise CannotRun(f"there is no log to audit; write {usage}")
    if named is None:
        raise CannotRun(f"--map: say what the log's columns and words mean; write {usage}, or begin with --guess-map")
    asked = AuditRequest(logs, LogMap.load(named, house), load_policy(policy, house), house, form, frozenset())
    wanted = frozenset(_words(fail_on)) or frozenset({"broken"})
    _check_rules("--fail-on", wanted - {*WORDS}, asked, WORDS)
    return attrs.evolve(asked, fail_on=wanted)


def _words(given: Sequence[str]) -> list[str]:
    return [word for text in given for word in (part.strip() for part in text.split(",")) if word]


def _rules_in(option: str, given: Sequence[str], asked: AuditRequest) -> frozenset[str]:
    rules = frozenset(_words(given))
    if given and not rules:
        raise CannotRun(
            f"{option}: no rule is named in {quoted(','.join(given))}; give ids, e.g. {option} lifecycle.edge"
        )
    _check_rules(option, rules, asked)
    return rules


def _check_rules(option: str, rules: Collection[str], asked: AuditRequest, words: Sequence[str] = ()) -> None:
    known = rules_by_id(asked.house, asked.policy)
    for rule in sorted(rules):
        if rule not in known:
            near = did_you_mean(rule, (*known, *words)) or "casecore rules lists them all"
            raise CannotRun(f"{option}: there is no rule {quoted(rule)}; {near}")


def _sample_of(text: str | None) -> int:
    if text is None:
        return 1
    found = re.fullmatch(r"1/([1-9][0-9]{0,8})", text)
    if found is None:
        raise CannotRun(f"--sample: {quoted(text)} is no part of a log; write --sample 1/10")
    return int(found[1])


def _pseudonyms(key: str | None, *, cases: bool, texts: bool) -> Pseudonyms | None:
    if key is None:
        if cases:
            raise CannotRun("--pseudonyms-cases: names are made with a key; give one with --pseudonyms KEY")
        return None
    if texts:
        raise CannotRun("--texts: what people wrote may name them; leave out --texts, or --pseudonyms")
    try:
        said = Path(key[1:]).read_text("utf-8").strip() if key.startswith("@") else key
        return Pseudonyms(said, cases=cases)
    except OSError as error:
        raise CannotRun(f"--pseudonyms {key}: cannot be read ({why_unreadable(error)})") from None
    except ValueError as error:
        raise CannotRun(f"--pseudonyms: {error}") from None


def _run(asked: AuditRequest, findings: str | None) -> AuditReport:
    """Audit; what is found is written as it is found, where a file for it is named."""
    policy = asked.policy
    if policy is Policy.default() and asked.form in {"github", "junit"}:
        # The SOP that ships lies in no file of the repository, which may have a file of that name.
        policy = Policy.from_dict(policy.to_dict())
    with ExitStack() as stack:
        told = None
        if findings is not None:
            sink = _open_findings(findings)
            stack.callback(sink.close)
            told = sink.add
        report = audit_log(
            [*asked.logs],
            policy,
            asked.map,
            house=asked.house,
            told=told,
            keep=KEPT if asked.form in {"text", "html"} else MOST_KEPT,
            **asked.options,
        )
    if asked.policy is Policy.default():
        return attrs.evolve(report, policy_file=SHIPPED_SOP)
    return report


MOST_KEPT: Final = 100_000
"""How many breaches of each rule are told to programs; --write-findings writes all."""


def _open_findings(file: str) -> Sink:
    try:
        return open_sink(Path(file))
    except (OSError, ValueError) as error:
        why = why_unreadable(error) if isinstance(error, OSError) else str(error)
        raise CannotRun(f"--write-findings {file}: cannot be written ({why}); name a .csv or .parquet file") from None


def _guess(log: str) -> int:
    from casecore.audit.logs.guessing import guess_map

    write_document(guess_map(log).removesuffix("\n"))
    return 0


def _tell_story(case: str, asked: AuditRequest, policy: str | None, names: Pseudonyms | None, *, texts: bool) -> int:
    """Write the story of a case as a day, which lies in the current folder as far as its policy goes."""
    told = story_of_case(
        [*asked.logs], case, asked.policy, asked.map, policy or "", house=asked.house, pseudonyms=names, texts=texts
    )
    write_document(told.text.removesuffix("\n"))
    if told.doubt:
        report_error(CannotRun(told.doubt))
        return NOTHING
    return 0
