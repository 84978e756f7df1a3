"""What each promise means, by its number in reports: `P04`; what would break it, and what is like it and does not.

Most of them no policy can break: a story that breaks one of these is a mistake in casecore, or in a room of a team's
own. So their examples are told in words; the histories that they tell of are shown to the witnesses by tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from casecore.promises.promise import name_of_promise
from casecore.promises.rows import OTHERS, PROMISES
from casecore.reports.code_pages import CodePage, bad_and_good, by_code

_TOLD: Final[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {
        "01": (
            (
                "Every change of status is one of the table (`casecore show lifecycle`), and what happens to a case "
                "fits its status. A policy can only narrow the table."
            ),
            "an agent sets an open case back to new",
            "an agent sets an open case to pending",
        ),
        "02": (
            (
                "Status, people, tags, messages and clocks of a closed case never change. What the customer writes "
                "next starts another case, which names this one as its predecessor."
            ),
            "a closed case gets a tag",
            "a note is added to a closed case",
        ),
        "03": (
            (
                "One agent holds a case or none does. Who holds one has a contact on it, or a wrap-up of theirs is "
                "open; on a live channel the customer speaks with exactly one agent."
            ),
            "a case that ana holds is assigned to ben, too",
            "a case is assigned to ben once ana has left it",
        ),
        "04": (
            (
                "Nobody is assigned or offered more than their limit, nor takes more, on a channel or in total. A "
                "customer who comes back may lift somebody above it; then nothing is given until there is room."
            ),
            "the limit is two chats, and an agent who holds two is given a third",
            "the limit is two chats, and an agent who holds one is given a second",
        ),
        "05": (
            (
                "Work goes only to somebody who is available, belongs to the queue, is allowed on the channel, owes "
                "no wrap-up, is not about to leave, and has room."
            ),
            "a case is assigned to an agent who has a contact to dispose",
            "a case is assigned to the same agent once the contact is disposed",
        ),
        "06": (
            (
                "A silent chat is ended only after the customer was asked, as often as the policy says, and was "
                "silent for as long as it says."
            ),
            "a chat is disconnected a second before the silence is long enough",
            "a chat is disconnected at that second",
        ),
        "07": (
            "Whatever the customer writes ends the silence. It starts again with the next word of the agent.",
            "the customer has written since they were asked, and the chat is disconnected",
            "the customer has not written since, and the chat is disconnected",
        ),
        "08": (
            (
                "Where the policy wants the customer authenticated before something is done, it is done only then. "
                "Who was known to one contact is not known to the next."
            ),
            "a chat is resolved, and nobody has authenticated the customer",
            "a chat is resolved once the customer is authenticated",
        ),
        "09": (
            (
                "An agent without the permission `reply` sends through approval only, and what goes out is the draft"
                " that was approved, word for word."
            ),
            "an agent without permission sends a reply",
            "an agent with permission sends a reply",
        ),
        "10": (
            "The reviewer of a draft is somebody else than its author, unless the policy allows it.",
            "an author approves a draft of their own",
            "the same where the policy says approval.self_approval = true",
        ),
        "11": (
            "A draft that was approved is one message, however often a host repeats itself.",
            "the same draft is sent twice",
            "another message is sent after the draft",
        ),
        "12": (
            "Outside the window that the customer's last message opens, only approved templates go out on WhatsApp.",
            "free text is sent at the second at which the window closes",
            "free text is sent a second before",
        ),
        "13": (
            (
                "Who has a contact to dispose is not available, and does not become so but by the last disposition, "
                "or where the policy gives them back after a time."
            ),
            "an agent becomes available with a contact to dispose",
            "an agent becomes available with nothing to dispose",
        ),
        "14": (
            "Whoever goes to lunch first ends or gives back what they hold.",
            "an agent goes to lunch and holds a contact",
            "an agent gives the case back, disposes it and goes to lunch",
        ),
        "15": (
            "An agent who asked for a break while busy reaches it with the last disposition, and not before.",
            "the last contact is disposed, and the agent is available in spite of the lunch that they asked for",
            "the last contact is disposed, and the agent goes to lunch",
        ),
        "16": (
            (
                "Every case that is not resolved or closed is somebody's, is being offered, waits in a queue that "
                "there is, or is snoozed until an instant that will come."
            ),
            "an agent leaves an open case, and it waits in no queue",
            "an agent leaves a resolved case, and it waits in no queue",
        ),
        "17": (
            (
                "Of two cases that are alike in all that the order looks at, the one that has waited longer is given"
                " first. It is about a choice among cases, and judged by asking for work in a queue from which "
                "agents fetch it."
            ),
            "two cases of one priority wait, and who asks for work gets the later one",
            "two cases of one priority wait, and who asks for work gets the earlier one",
        ),
        "19": (
            "However a draft came to wait, somebody can still approve, refuse or withdraw it.",
            "everybody who may review a draft has left, and nobody else may withdraw it",
            "everybody who may review a draft has left, and its author can withdraw it",
        ),
        "20": (
            (
                "Every rule refuses something somewhere, and every move of every table is made somewhere: there is "
                "no dead text. It is judged for the rules that ship, and told of your own ones (CC211)."
            ),
            "a rule refuses nothing in any scope",
            "every rule refuses something in some scope",
        ),
        "22": (
            "Once a customer has given up waiting, nobody is rung for that chat.",
            "the customer has given up waiting, and the chat is offered",
            "the customer writes again, and the chat is offered",
        ),
        "23": (
            (
                "A case whose customer waits for an answer is never closed by time, unless the policy allows it with"
                " `lifecycle.close_unanswered`."
            ),
            "nobody has answered, and the case is closed automatically",
            "it was set to resolved by hand, the time of the policy is over, and the case is closed automatically",
        ),
        "24": (
            (
                "A clock that was met stays met and one that was missed stays missed, whatever the policy or the "
                "level says later."
            ),
            "a response time was missed, and is met later",
            "a response time was missed, and is missed still",
        ),
        "25": (
            (
                "When customers are found to be one, or cases go on as one, everything that was owed is owed still: "
                "the wait, the clocks, the block, what they have agreed to."
            ),
            "a blocked customer is merged into another, who is not blocked then",
            "a blocked customer is merged into another, who is blocked then",
        ),
        "26": (
            "What somebody sends who is blocked is noted, and starts, reopens and resets nothing.",
            "somebody blocked writes, and it counts as a message",
            "somebody blocked writes, and it is noted",
        ),
        "27": (
            "A reply that says which message its writer saw last never goes past a message that came after it.",
            "the customer wrote once more after what the writer of the reply has seen",
            "the writer of the reply has seen the customer's last message",
        ),
    }
)
"""By number: what it means, what breaks it, and what is like it and does not."""

_POLICIES: Final[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {
        "18": (
            (
                "Wherever a case may get to, some steps lead on to closed. Rules of your own can take that away, "
                "where what one of them needs the other refuses."
            ),
            """
[attributes]
closing_code = { type = "choice", of = ["done", "duplicate"] }

[[rule]]
id     = "closing.code"
title  = "A case is resolved and closed with a closing code"
guards = ["resolve", "close"]
needs  = { attribute = "closing_code" }

[[rule]]
id     = "closing.code_last"
title  = "The closing code is set once the case is resolved"
guards = ["set_attribute"]
needs  = { status = "resolved" }
""",
            """
[attributes]
closing_code = { type = "choice", of = ["done", "duplicate"] }

[[rule]]
id     = "closing.code"
title  = "A case is resolved and closed with a closing code"
guards = ["resolve", "close"]
needs  = { attribute = "closing_code" }
""",
        ),
        "21": (
            (
                "A policy whose `[[change]]` begins on a date meets cases that began before. On that day each of "
                "them still has a queue and a way to closed. The same is told of two files by `casecore diff` "
                "(stranded)."
            ),
            """
tags.restricted_to = []

[[rule]]
id          = "code.before_closing"
title       = "A case is closed with a code"
guards      = ["resolve", "close"]
needs       = { tag = "code" }
enforcement = "off"

[[change]]
on  = 2099-01-01
set = { "enforcement.code.before_closing" = "block" }
""",
            """
[[rule]]
id          = "code.before_closing"
title       = "A case is closed with a code"
guards      = ["resolve", "close"]
needs       = { tag = "code" }
enforcement = "off"

[[change]]
on  = 2099-01-01
set = { "enforcement.code.before_closing" = "block" }
""",
        ),
    }
)
"""The same of those that a policy can break, by files."""

_LEVEL: Final = "error, or warning where it is inconclusive"


def _page(number: str, title: str, rules: tuple[str, ...]) -> CodePage:
    about, bad, good = _TOLD.get(number) or _POLICIES[number]
    if rules:
        rests = f"It rests on {', '.join(f'`{rule}`' for rule in rules)}. A policy that softens one does not claim it."
    else:
        rests = "It rests on no rule that a policy can soften."
    remedy = (
        "Read the story: its last step breaks the promise. *allowed by* names the key or the rule that let it "
        "happen, *nearest fix* a value with which the promise holds. Vacuous means that nothing ever puts it to "
        "the test: see whether the policy closes a channel or a way by mistake."
    )
    language, shown_by = ("", "") if number in _TOLD else ("toml", "casecore check sop.toml")
    meaning = f"{about} {rests}"
    return CodePage(
        name_of_promise(number), title, _LEVEL, meaning, remedy, language, bad_and_good(bad, good), shown_by
    )


def _pages() -> Iterator[CodePage]:
    rows = [(one.number, one.title, one.rules) for one in PROMISES]
    rows += [(one.number, one.title, ()) for one in OTHERS]
    for number, title, rules in sorted(rows):
        yield _page(number, title, rules)


CODE_PAGES: Final[Mapping[str, CodePage]] = MappingProxyType(by_code(_pages()))
"""What each promise means, by number."""
