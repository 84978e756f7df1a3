"""What the lint finds in a policy, code by code, from `CC201` on: a file that has it, and the same, mended.

`lint.py` finds what reading alone shows, `wordings.py` texts that cannot be sent, `rule_findings.py` what the scopes
show of a team's own rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from casecore.reports.code_pages import CodePage, bad_and_good, by_code

_CHECK: Final = "casecore check sop.toml"


def _page(
    code: str, title: str, level: str, meaning: str, remedy: str, bad: str, good: str, shown_by: str = _CHECK
) -> CodePage:
    return CodePage(code, title, level, meaning, remedy, "toml", bad_and_good(bad, good), shown_by)


CODE_PAGES: Final[Mapping[str, CodePage]] = MappingProxyType(
    by_code(
        (
            _page(
                "CC201",
                "a queue that no case can enter: one asked before it takes everything it would take",
                "warning",
                "Queues are asked in the order of the file, and a case enters the first whose filters take it. Where"
                " an earlier queue takes all that a later one would, the later one stays empty for ever: its members"
                " wait for work that others get.",
                "Put the narrower queue first, or let the wider one take less. A queue that is no longer needed goes.",
                """
[queues]
money.reasons = ["billing", "refund"]
refunds.reasons = ["refund"]
general = { fallback = true }
""",
                """
[queues]
refunds.reasons = ["refund"]
money.reasons = ["billing", "refund"]
general = { fallback = true }
""",
            ),
            _page(
                "CC202",
                "a channel that takes no kind of message: it is closed, and what the policy says about it is never "
                "used",
                "warning",
                "With `kinds = []` whatever a customer sends on the channel is refused. That is how a channel is "
                "closed; it is told because a list that was emptied by mistake looks the same.",
                "Name the kinds of message that the channel takes. If it is meant to be closed, leave it, and take out "
                "what else the policy says about it.",
                "channels.sms.kinds = []",
                'channels.sms.kinds = ["direct"]',
            ),
            _page(
                "CC203",
                "a limit of nothing: nobody can ever hold a case of the channel",
                "warning",
                "A limit of 0 is no lack of a limit: an agent without a capacity of their own gets no work on the "
                "channel at all, or none whatsoever where it is the total.",
                "Set it to 1 or more, or leave the key out and have the limit of the SOP that ships.",
                "capacity.voice = 0",
                "capacity.voice = 1",
            ),
            _page(
                "CC204",
                "a reading that is easily mistaken, spelled out",
                "warning or note",
                "The policy can be read in two ways, and this says which one is meant: a silence so short that "
                "customers are cut off while they type; a time that counts from the silence, so that a chat may end "
                "a moment after the question; a question from which the time counts, and none has to be asked; or "
                "days that count in opening hours, of which a day has fewer than 24.",
                "Read what it says. If that is what you mean, nothing is to be done about a note. Otherwise write what "
                "you mean: the finding names the key and the other value.",
                """
[chat.idle]
silence     = "20s"
counts_from = "question"
""",
                """
[chat.idle]
silence     = "2m"
counts_from = "question"
""",
            ),
            _page(
                "CC205",
                "an override that can never apply, or a template of the catalogue that Meta would not take",
                "warning",
                "No case that the override matches is decided by it: its key concerns another channel, or overrides "
                "that name more stand over it. So it changes nothing, though it looks as if it did. A template of "
                "the catalogue is told here, too, where `casecore template lint` has something to say of it.",
                "Let it match cases for which its keys are asked, or take it out. Mend the template as the finding "
                "says.",
                """
[[override]]
match = { channel = "email" }
set   = { "capacity.chat" = 1 }
""",
                """
[[override]]
match = { channel = "chat" }
set   = { "capacity.chat" = 1 }
""",
            ),
            _page(
                "CC206",
                "a waiver that has ended: the promise is asked for again",
                "warning",
                "A waiver says that a promise need not hold until a date. After that date it excuses nothing, and the "
                "promise is judged like any other.",
                "Take it out. If the promise is still not to be asked for, agree on a new end, and write that.",
                """
[[waiver]]
promise = "10"
until   = 2020-12-31
reason  = "One approver for the first weeks"
by      = "cleo"
""",
                """
[[waiver]]
promise = "10"
until   = 2099-12-31
reason  = "One approver for the first weeks"
by      = "cleo"
""",
            ),
            _page(
                "CC207",
                "a waiver that nothing needs: the promise is proved",
                "warning",
                "The promise holds, so there is nothing to excuse. A waiver that stays would hide the day on which it "
                "no longer holds.",
                "Take it out.",
                """
[[waiver]]
promise = "10"
until   = 2099-12-31
reason  = "One approver for the first weeks"
by      = "cleo"
""",
                "approval.self_approval = false",
            ),
            _page(
                "CC208",
                "a promise that is required, and not proved",
                "error",
                "`--require` says which promises must be proved. That one is waived, not claimed or unknown is an "
                "error then, where it would be none without it.",
                "Keep in the policy what the promise rests on; `casecore explain P10` names it. Or do not require it.",
                "approval.self_approval = true",
                "approval.self_approval = false",
                "casecore check sop.toml --require 10",
            ),
            _page(
                "CC209",
                "a text of the policy that the channel which it is for does not take",
                "error, or warning where the rule only warns",
                "The text has emoji where the channel takes none, or is longer than the channel sends. An agent who "
                "is offered it would be refused it, so it is told where it is written. Every date and override is "
                "looked at.",
                "Take the emoji out or shorten the text; or let the channel take it.",
                """
[channels.chat]
emoji = false

[chat.idle]
closing_unnamed = "Bye ⏰"
""",
                """
[channels.chat]
emoji = false

[chat.idle]
closing_unnamed = "Good-bye"
""",
            ),
            _page(
                "CC210",
                "a key that has no effect beside another one",
                "warning",
                "The hours of a queue stop offers, and nothing else. Where agents fetch the work of the queue "
                "themselves nothing is offered, so its hours change nothing.",
                'Take the hours out, or let the queue deliver by `"push"`.',
                """
[queues]
late    = { reasons = ["late"], delivery = "pull", hours = "office" }
general = { fallback = true }

[calendars.office]
monday = ["09:00-17:00"]
""",
                """
[queues]
late    = { reasons = ["late"], delivery = "push", hours = "office" }
general = { fallback = true }

[calendars.office]
monday = ["09:00-17:00"]
""",
            ),
            _page(
                "CC211",
                "a rule that can never refuse: it never applies, what it needs is always there, or others refuse it "
                "all",
                "warning",
                "The rule was in force at every desk of its scopes and refused nothing that other rules would have let "
                "pass. It looks like a safeguard, and is none.",
                "Ask for something else in `when` or `needs`, guard something that comes about, or take it out.",
                """
[[rule]]
id     = "closed.no_reply"
title  = "Nothing is sent on a closed case"
guards = ["reply"]
when   = { status = "closed" }
""",
                """
[[rule]]
id     = "escalated.no_reply"
title  = "Nothing is sent while a case is escalated"
guards = ["reply"]
when   = { status = "escalated" }
""",
            ),
            _page(
                "CC212",
                "a rule that always refuses: nothing that it guards is ever allowed",
                "warning",
                "Whatever was tried, what the rule guards was refused by it. A rule without `when` applies to every "
                "case, and one without `needs` lets nothing help.",
                "Say in `when` for which cases it is, or in `needs` what helps.",
                """
[[rule]]
id     = "triage.before_reply"
title  = "Cases are looked through before they are answered"
guards = ["reply"]
""",
                """
[[rule]]
id     = "triage.before_reply"
title  = "Cases are looked through before they are answered"
guards = ["reply"]
needs  = { tag = "triaged" }
""",
            ),
            _page(
                "CC213",
                "a rule that is not needed: another one refuses all that it refuses",
                "note",
                "Wherever this rule refuses, another rule of your own does too. Nothing is wrong; but whoever "
                "softens one of them will wonder why nothing changes.",
                "Take it out, or let one of the two be about other cases.",
                """
[[rule]]
id     = "fraud.not_closed"
title  = "Fraud is not closed"
guards = ["close"]
when   = { tag = "fraud" }

[[rule]]
id     = "fraud.not_over"
title  = "Fraud is neither resolved nor closed"
guards = ["resolve", "close"]
when   = { tag = "fraud" }
""",
                """
[[rule]]
id     = "fraud.not_over"
title  = "Fraud is neither resolved nor closed"
guards = ["resolve", "close"]
when   = { tag = "fraud" }
""",
            ),
            _page(
                "CC214",
                "a rule that needs an attribute or a tag that the policy lets nobody set",
                "warning",
                "What the rule asks for can be there from the first message on, if the host gives it then. Afterwards "
                "nobody may set it, so a case without it never gets past the rule.",
                "Name in `set_by` who may set the attribute; for tags, in `tags.restricted_to`.",
                """
[attributes]
approved = { type = "flag", set_by = [] }

[[rule]]
id     = "pause.approved"
title  = "A case is snoozed once that is approved"
guards = ["snooze"]
needs  = { attribute = "approved" }
""",
                """
[attributes]
approved = { type = "flag", set_by = ["supervisor"] }

[[rule]]
id     = "pause.approved"
title  = "A case is snoozed once that is approved"
guards = ["snooze"]
needs  = { attribute = "approved" }
""",
            ),
            _page(
                "CC215",
                "rules that belong together were tried apart, or not all was varied that one looks at",
                "note",
                "Rules that look at the same are tried together, as far as the desks stay small enough. Here they did "
                "not, so a case that only these rules together would trap is not found. The other verdicts stand.",
                "Let fewer rules look at the same, name in `when` the channels that each is for, or split one that "
                "looks at very much.",
                """
[attributes]
x0 = { type = "number" }
x1 = { type = "number" }
x2 = { type = "number" }
x3 = { type = "number" }

[[rule]]
id     = "small.by_hand"
title  = "Small ones are closed by hand"
guards = ["close"]
when   = { all = [{ attribute = "x0", above = 5 }, { attribute = "x1", above = 5 },
                  { attribute = "x2", above = 5 }, { attribute = "x3", above = 5 }] }
""",
                """
[attributes]
x0 = { type = "number" }

[[rule]]
id     = "small.by_hand"
title  = "Small ones are closed by hand"
guards = ["close"]
when   = { attribute = "x0", above = 5 }
""",
            ),
        )
    )
)
"""What each code of the lint means, in order."""
