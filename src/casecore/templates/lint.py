"""Would Meta approve this template today? One function for each rule, one list of them all.

The rules are those of the field: limits, order, gaps, edges, neighbours, words to variables, names, languages. Where
sources differ (what Meta's editor warns of and its review lets pass) the finding is a warning. None of this stands in
the way of sending a template that Meta has approved.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from casecore.kernel.shown import DisplayedList
from casecore.kernel.words import emoji_in, first_emoji, is_blank, parts_words
from casecore.templates.definitions import AUTHENTICATION, HEADERS, Component, Definition
from casecore.templates.filling import BODY_LIMIT, HEADER_LIMIT
from casecore.templates.findings import TemplateFinding, TemplateFindings, finding_of, quote_text
from casecore.templates.lint_buttons import BUTTON_RULES
from casecore.templates.lint_kinds import KIND_RULES, check_length
from casecore.templates.texts import TemplateText

LintRule: TypeAlias = Callable[[Definition], Iterator[TemplateFinding]]

FOOTER_LIMIT: Final = 60
# These three stand from general knowledge of the field: the page of Meta's that gives the other limits does not name
# them. They are lint only, so a wrong one costs a remark and stops nothing from being sent.
CARD_BODY_LIMIT: Final = 160
OFFER_BODY_LIMIT: Final = 600
EMOJI_LIMIT: Final = 10
EMPTY_LINES: Final = 2
CARDS: Final = range(2, 11)

_LANGUAGES: Final = """
af sq ar ar_EG ar_AE ar_LB ar_MA ar_QA ar_SA az bn bg ca zh_CN zh_HK zh_TW hr cs da nl en en_GB en_US en_AU en_CA en_IN
et fil fi fr fr_CA fr_BE ka de el gu ha he hi hu id ga it ja kn kk rw_RW ko ky_KG lo lv lt mk ms ml mr nb fa pl pt_BR
pt_PT pa ro ru sr sk sl es es_AR es_ES es_MX es_CL es_CO es_PE es_VE sw sv ta te th tr uk ur uz vi zu
"""
LANGUAGES: Final = frozenset(_LANGUAGES.split())
"""Every language of Meta's list, as Meta writes it."""

CATEGORIES: Final = frozenset({AUTHENTICATION, "MARKETING", "UTILITY"})
_LEGACY_CATEGORIES: Final = """
TRANSACTIONAL OTP ACCOUNT_UPDATE ALERT_UPDATE APPOINTMENT_UPDATE AUTO_REPLY ISSUE_RESOLUTION PAYMENT_UPDATE
PERSONAL_FINANCE_UPDATE RESERVATION_UPDATE SHIPPING_UPDATE TICKET_UPDATE TRANSPORTATION_UPDATE
"""
LEGACY_CATEGORIES: Final = frozenset(_LEGACY_CATEGORIES.split())

KINDS: Final = frozenset(
    {"HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER", "CALL_PERMISSION_REQUEST"}
)
FORMATS: Final = frozenset({"TEXT", *HEADERS})

_FORMATTING: Final = re.compile("[*_~`]")


def lint_template(definition: Definition) -> DisplayedList[TemplateFinding]:
    """What Meta would say to a template, as far as the template alone tells."""
    return TemplateFindings(finding for rule in RULES for finding in rule(definition))


def lint_together(definitions: Iterable[Definition]) -> Iterator[tuple[int, TemplateFinding]]:
    """What several templates of one account have in common and should not, each with its place in the list."""
    identities: dict[tuple[str, str], int] = {}
    texts: dict[tuple[str, ...], int] = {}
    for index, definition in enumerate(definitions):
        if definition.name and identities.setdefault(definition.identity, index) != index:
            message = f"{definition.name} in {definition.language or 'no language'} is there twice"
            yield index, finding_of("lint.same_identity", "", message)
        body, footer = definition.body, definition.component("FOOTER")
        if body is None or body.text is None or definition.category == AUTHENTICATION:
            continue
        below = footer.text.source if footer and footer.text else ""
        first = texts.setdefault((definition.language, body.text.source, below), index)
        if first != index:
            yield index, finding_of("lint.same_text", "body", f"template {first + 1} of the list has the same text")


# The template as a whole -------------------------------------------------------------------------------


def _check_name(definition: Definition) -> Iterator[TemplateFinding]:
    if definition.name and not re.fullmatch("[a-z0-9_]{1,512}", definition.name):
        better = re.sub("[^a-z0-9]+", "_", definition.name.lower()).strip("_")[:512]
        remedy = f"write {better}" if better else None
        yield finding_of("lint.name", "", f"the name {quote_text(definition.name)} is not allowed", remedy)


def _check_language(definition: Definition) -> Iterator[TemplateFinding]:
    language = definition.language
    if not language or language in LANGUAGES:
        return
    head, _, tail = language.replace("-", "_").partition("_")
    written = "_".join(part for part in (head.lower(), tail.upper()) if part)
    if written in LANGUAGES:
        yield finding_of(
            "lint.language_form", "", f"the language {quote_text(language)} is not written so", f"write {written}"
        )
        return
    same = sorted(listed for listed in LANGUAGES if listed.partition("_")[0] == head.lower())
    remedy = f"Meta has {', '.join(same)}" if same else None
    yield finding_of("lint.language_unknown", "", f"the language {quote_text(language)} is not on the list", remedy)


def _check_category(definition: Definition) -> Iterator[TemplateFinding]:
    category = definition.category
    if not category or category in CATEGORIES:
        return
    code = "lint.category_legacy" if category in LEGACY_CATEGORIES else "lint.category_unknown"
    yield finding_of(code, "", f"the category is {quote_text(category)}")


def _check_kinds(definition: Definition) -> Iterator[TemplateFinding]:
    seen: set[str] = set()
    for component in definition.all_components:
        where = component.where
        if where in seen:
            yield finding_of("lint.twice", where, f"{where} is there twice")
        seen.add(where)
        if component.kind not in KINDS:
            yield finding_of("lint.unknown", where, f"the component {quote_text(component.kind)} is not known")
        if component.kind == "HEADER" and not component.format:
            yield finding_of("lint.header_format", where, f"{where} has no format")
        elif component.kind == "HEADER" and component.format not in FORMATS:
            yield finding_of(
                "lint.unknown", where, f"the header format {quote_text(component.format or '')} is not known"
            )
    if definition.components and definition.body is None:
        yield finding_of("lint.body_missing", "", "there is no body")


def _check_parameter_format(definition: Definition) -> Iterator[TemplateFinding]:
    texts = [part.text for part in definition.all_components if part.text is not None and part.kind != "FOOTER"]
    sites = [site for text in texts for site in text.sites]
    numbers = [site for site in sites if site.isdigit()]
    names = [site for site in sites if not site.isdigit()]
    named = definition.parameter_format == "NAMED"
    if names and not named:
        yield finding_of("lint.format_undeclared", "", f"the variables have names: {', '.join(names[:6])}")
    if numbers and named:
        yield finding_of("lint.format_mismatch", "", f"the variables have numbers: {', '.join(numbers[:6])}")


def _check_carousels(definition: Definition) -> Iterator[TemplateFinding]:
    for component in definition.components:
        if component.kind != "CAROUSEL":
            continue
        if len(component.cards) not in CARDS:
            yield finding_of("lint.carousel_size", component.where, f"the carousel has {len(component.cards)} cards")
        shapes = [
            [(part.kind, part.format, [button.kind for button in part.buttons]) for part in card.components]
            for card in component.cards
        ]
        for index, shape in enumerate(shapes):
            if shape != shapes[0]:
                yield finding_of("lint.carousel_differs", f"card.{index}", f"card {index} is built unlike card 0")


# Each component ----------------------------------------------------------------------------------------


def _check_lengths(definition: Definition) -> Iterator[TemplateFinding]:
    offer = definition.component("LIMITED_TIME_OFFER")
    for component in definition.all_components:
        limit = {"HEADER": HEADER_LIMIT, "FOOTER": FOOTER_LIMIT, "BODY": BODY_LIMIT}.get(component.kind)
        if component.kind == "BODY" and component.where != "body":
            limit = CARD_BODY_LIMIT
        elif component.kind == "BODY" and offer is not None:
            limit = OFFER_BODY_LIMIT
        if limit is not None and component.text is not None:
            yield from check_length(component.where, component.text.source, limit)
            if is_blank(component.text.source):
                yield finding_of("lint.empty_text", component.where, f"{component.where} says nothing")


def _check_one_line_texts(definition: Definition) -> Iterator[TemplateFinding]:
    for component in definition.all_components:
        text = component.text
        if text is None or component.kind not in {"HEADER", "FOOTER"}:
            continue
        where = component.where
        for code, find in _NOT_IN_A_LINE.items():
            if code == "lint.formatting" and component.kind == "FOOTER":
                continue
            found = _first_in_literals(text, find)
            if found is not None:
                at, what = found
                yield finding_of(code, where, f"{where} has {quote_text(what)} at {at}", offset=at)
        if component.kind == "FOOTER" and text.sites:
            yield finding_of("lint.footer_variable", where, f"{where} has the variable {text.sites[0]}")
        if component.kind == "HEADER" and len(text.variables) > 1:
            yield finding_of("lint.header_variables", where, f"{where} has {len(text.variables)} variables, at most 1")


_NEWLINE: Final = re.compile("[\n\r]")
_Found: TypeAlias = tuple[int, str] | None
"""Where something stands in a text, in code points, and what."""


def _finder(pattern: re.Pattern[str]) -> Callable[[str], _Found]:
    def find(text: str) -> _Found:
        match = pattern.search(text)
        return (match.start(), match[0]) if match else None

    return find


_NOT_IN_A_LINE: Final[Mapping[str, Callable[[str], _Found]]] = {
    "lint.newline": _finder(_NEWLINE),
    "lint.emoji": lambda text: next(emoji_in(text), None),
    "lint.formatting": _finder(_FORMATTING),
}


def _first_in_literals(text: TemplateText, find: Callable[[str], _Found]) -> _Found:
    """What is found outside of the variables, and where in the source."""
    start = 0
    for literal, (_, _, end) in zip(text.literals, (*text.offsets(), ("", 0, 0)), strict=True):
        found = find(literal)
        if found is not None:
            return start + found[0], found[1]
        start = end
    return None


# Bodies and their variables ----------------------------------------------------------------------------


def _bodies(definition: Definition) -> Iterator[tuple[Component, TemplateText]]:
    for component in definition.all_components:
        if component.kind == "BODY" and component.text is not None:
            yield component, component.text


def _check_numbering(definition: Definition) -> Iterator[TemplateFinding]:
    for text in definition.texts:
        numbers = [int(site) for site in dict.fromkeys(text.sites) if site.isdigit()]
        listed = ", ".join(map(str, numbers[:6]))
        if numbers and max(numbers) != len(numbers):
            yield finding_of("lint.gap", text.where, f"{text.where} has the numbers {listed}")
        elif numbers != sorted(numbers):
            yield finding_of("lint.out_of_order", text.where, f"{text.where} has them in the order {listed}")
        for name, times in Counter(site for site in text.sites if not site.isdigit()).items():
            if times > 1:
                yield finding_of("lint.reused_name", text.where, f"{name} is used {times} times", variable=name)


def _check_edges(definition: Definition) -> Iterator[TemplateFinding]:
    if definition.category == AUTHENTICATION:
        return
    for component, text in _bodies(definition):
        if not text.sites:
            continue
        for edge, literal, name in (
            ("starts", text.literals[0], text.sites[0]),
            ("ends", text.literals[-1], text.sites[-1]),
        ):
            if is_blank(literal):
                yield finding_of(
                    "lint.edge", component.where, f"{component.where} {edge} with the variable {name}", variable=name
                )
            elif not any(map(str.isalnum, literal)) and first_emoji(literal) is None:
                message = f"{component.where} {edge} with the variable {name} and {quote_text(literal.strip())}"
                yield finding_of("lint.edge_punctuation", component.where, message, variable=name)


def _check_neighbours(definition: Definition) -> Iterator[TemplateFinding]:
    for component, text in _bodies(definition):
        pairs = zip(text.sites, text.sites[1:], text.literals[1:], strict=False)
        apart = [(left, right, literal) for left, right, literal in pairs if is_blank(literal)]
        for left, right, literal in apart[:10]:
            code = "lint.adjacent_spaced" if literal else "lint.adjacent"
            between = "only space" if literal else "nothing"
            yield finding_of(code, component.where, f"between {left} and {right} there is {between}", variable=right)


def _check_word_ratio(definition: Definition) -> Iterator[TemplateFinding]:
    if definition.category == AUTHENTICATION:
        return
    for component, text in _bodies(definition):
        if not parts_words(text.source):
            continue
        variables = len(text.variables)
        words = sum(1 for literal in text.literals for word in literal.split() if any(map(str.isalnum, word)))
        if variables and words < 2 * variables + 1:
            message = f"{component.where} has {words} words for {variables} variables, at least {2 * variables + 1}"
            yield finding_of("lint.ratio", component.where, message)


_NEWLINES: Final = re.compile(rf"(?:\r\n?|\n){{{EMPTY_LINES + 2}}}")


def _check_runs(definition: Definition) -> Iterator[TemplateFinding]:
    for component, text in _bodies(definition):
        run = _NEWLINES.search(text.source)
        if run:
            message = f"{component.where} has more than {EMPTY_LINES} empty lines in a row"
            yield finding_of("lint.newline_run", component.where, message, offset=run.start())
        emoji = sum(1 for _ in emoji_in(text.source))
        if emoji > EMOJI_LIMIT:
            message = f"{component.where} has {emoji} emoji, at most {EMOJI_LIMIT}"
            yield finding_of("lint.many_emoji", component.where, message)


RULES: Final[tuple[LintRule, ...]] = (
    _check_name,
    _check_language,
    _check_category,
    _check_kinds,
    _check_parameter_format,
    _check_lengths,
    _check_one_line_texts,
    *KIND_RULES,
    _check_numbering,
    _check_edges,
    _check_neighbours,
    _check_word_ratio,
    _check_runs,
    _check_carousels,
    *BUTTON_RULES,
)
