"""What a comparison says of an edit, label by label, each with two files of which it says so."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from casecore.diff.differences import STRANDED, UNTRIED
from casecore.diff.findings import LEVELS, MEANINGS, NO_EFFECT
from casecore.diff.labels import Label
from casecore.reports.code_pages import CodePage, by_code

_TOLD: Final[Mapping[str, tuple[str, str, str, str]]] = MappingProxyType(
    {
        Label.LOOSER: (
            (
                "A step that the old policy refuses is allowed from now on. The story leads to the shortest such "
                "step, and both answers stand below it."
            ),
            (
                "If that is what you want, merge it. If nothing may get looser unseen, `--fail-on looser` stops the "
                "change."
            ),
            "capacity.chat = 2",
            "capacity.chat = 3",
        ),
        Label.STRICTER: (
            "A step that the old policy allows is refused from now on, with the reasons that agents will read.",
            "Tell those who will be refused, and see whether the remedies in the answer are open to them.",
            "capacity.chat = 3",
            "capacity.chat = 2",
        ),
        Label.OTHER: (
            (
                "The step is allowed under both policies, and something else comes of it: another agent is offered "
                "the work, another status, another instant."
            ),
            "Compare the two answers: they say all that comes of the step.",
            'routing.agents = "longest_idle"',
            'routing.agents = "least_loaded"',
        ),
        STRANDED: (
            (
                "A case that is in flight when the policy is switched has no place under the new one: its queue is "
                "gone, or there is no way to closed any more."
            ),
            (
                "Keep what these cases need until they are over, or move them before the switch (`stranded_cases` "
                "lists them on a real desk)."
            ),
            """
[queues]
vip.reasons = ["vip"]
general = { fallback = true }
""",
            """
[queues]
general = { fallback = true }
""",
        ),
        UNTRIED: (
            (
                "The key was edited, and no small desk tries what it is about. Nothing is known of the edit, so that"
                " it is told, and `--fail-on any` lets it pass."
            ),
            "Read it with your own eyes, or try it with a recorded day: `--log day.jsonl`.",
            "routing.earlier_handler = true",
            "routing.earlier_handler = false",
        ),
        NO_EFFECT: (
            (
                "The key was edited, and at all desks that were tried the two policies decide the same. The desks "
                "are small: what they cannot show stands beside the edit."
            ),
            (
                "Ask why it was edited. An override that never applies, and a limit that another one undercuts, are "
                "told so."
            ),
            "capacity.chat = 2",
            """
capacity.chat = 2

[[override]]
match = { channel = "email" }
set   = { "capacity.chat" = 1 }
""",
        ),
    }
)
"""By label: what is said, what to do, and what the old and the new policy say otherwise than the SOP that ships."""

CODE_PAGES: Final[Mapping[str, CodePage]] = MappingProxyType(
    by_code(
        CodePage(
            str(label),
            MEANINGS[label],
            LEVELS[label],
            meaning,
            remedy,
            "toml",
            (("Old", old.strip()), ("New", new.strip())),
            "casecore diff old.toml new.toml",
        )
        for label, (meaning, remedy, old, new) in _TOLD.items()
    )
)
"""What each label means, in their order."""
