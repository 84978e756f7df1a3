"""Faults about who writes to us: customers who are blocked (26)."""

from tests.faults.rows import BLOCKED, EVOLVE, HANDLER, RULE, a_fault

BLOCKING = (
    a_fault(
        "26",
        RULE,
        "nobody asks whether the thread is blocked",
        "rooms/blocking",
        "    rows = (view.thread, view.owner or view.customer, view.writer)\n",
        "    rows = (view.owner or view.customer, view.writer)\n",
        BLOCKED,
    ),
    a_fault(
        "26",
        RULE,
        "nobody asks whether the customer is blocked",
        "rooms/blocking",
        "    rows = (view.thread, view.owner or view.customer, view.writer)\n",
        "    rows = (view.thread, view.writer)\n",
        BLOCKED,
    ),
    a_fault(
        "26",
        RULE,
        "nobody asks whether whoever is in copy is blocked",
        "rooms/blocking",
        "    rows = (view.thread, view.owner or view.customer, view.writer)\n",
        "    rows = (view.thread, view.owner or view.customer)\n",
        BLOCKED,
    ),
    a_fault(
        "26",
        HANDLER,
        "a message of somebody blocked is no different",
        "rooms/arrivals",
        "    if command.kind is MessageKind.LIKE or is_blocked(view):\n",
        "    if command.kind is MessageKind.LIKE:\n",
        BLOCKED,
    ),
    a_fault(
        "26",
        EVOLVE,
        "whoever is blocked is not",
        "rooms/blocking",
        "    row.blocked = True\n",
        "    pass\n",
        BLOCKED,
    ),
    a_fault(
        "26",
        EVOLVE,
        "whoever is unblocked stays blocked",
        "rooms/blocking",
        "    row.blocked = False\n",
        "    pass\n",
        BLOCKED,
    ),
)
