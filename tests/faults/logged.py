"""Faults about cases that begin with no message: nobody is on the line before they write (02, 05, 06, 08, 16, 22)."""

from tests.faults.rows import CONSEQUENCE, EVOLVE, HANDLER, LOGGED, LOGGED_CALL, RULE, a_fault

LOGGED_CASES = (
    a_fault(
        "02",
        RULE,
        "a case is logged on a thread that has an open one",
        "rooms/logged_cases",
        "    if case.status is CLOSED:\n",
        "    if True:\n",
        LOGGED,
    ),
    a_fault(
        "05",
        EVOLVE,
        "a call that was logged stays none when its customer calls",
        "rooms/logged_cases",
        "def _is_a_call(agent: Editing, event: CustomerJoined) -> None:\n    if event.channel is VOICE:\n",
        "def _is_a_call(agent: Editing, event: CustomerJoined) -> None:\n    if False:\n",
        LOGGED_CALL,
    ),
    a_fault(
        "06",
        RULE,
        "a chat is disconnected that was only logged",
        "rooms/silence",
        "view.case.channel is Channel.CHAT and view.case.live\n",
        "view.case.channel is Channel.CHAT\n",
        LOGGED,
    ),
    a_fault(
        "08",
        CONSEQUENCE,
        "who somebody was elsewhere is who writes now",
        "rooms/logged_cases",
        "    contact.authenticated = contact.committed = False\n",
        "    contact.committed = False\n",
        LOGGED,
    ),
    a_fault(
        "16",
        HANDLER,
        "a case that is logged for its queue waits in none",
        "rooms/logged_cases",
        "    placed = kept if c.keep else (CaseQueued(by, at, case, begun.queue, at),)\n",
        "    placed = kept if c.keep else ()\n",
        LOGGED,
    ),
    a_fault(
        "22",
        EVOLVE,
        "the customer of a logged case may leave it, who was never there",
        "rooms/cases",
        "        logged=event.logged,\n",
        "",
        LOGGED,
    ),
)
