"""Templates: filling, checking and writing the call, beside pywa, and filling alone beside `str.format`.

The body has 182 characters and four variables. pywa's `preview` makes the text and its `params` the call's parameters;
it checks their number, casecore checks every value. Neither sends anything. Where a file of real definitions is named
in `CASECORE_TEMPLATES` (one JSON object a line, the template under `definition`), the time to lint them is told too.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from bench.measure import Effort, Line, costs, duration, side_by_side
from casecore.templates import Template, TemplateError
from casecore.templates.lint import lint_template

if TYPE_CHECKING:
    from collections.abc import Iterator

LOOPS = 5_000
TO = "+351912345678"
BODY = (
    "Hello {{1}}, your order {{2}} of {{3}} has left our warehouse this morning and will be with you by {{4}}. "
    "If nobody is at home, our driver leaves it with a neighbour. Thank you!!"
)
VALUES = ("Inês Carvalho", "SKB-860198", "12 November", "Friday at noon")


def real_definitions() -> list[Template]:
    """The templates of a file of real definitions; none where no file is named."""
    named = os.environ.get("CASECORE_TEMPLATES")
    found: list[Template] = []
    for line in Path(named).read_text("utf-8").splitlines() if named else ():
        try:
            found.append(Template.from_meta(json.loads(line)["definition"]))
        except TemplateError:  # a call or a notice among the definitions
            continue
    return [template for template in found if template.components]


def filling(effort: Effort) -> Iterator[Line]:
    """Values in the places of a text."""
    ours = Template.parse(BODY, name="order_update", language="en_US", status="APPROVED")
    assert ours.body is not None
    assert ours.body.text is not None
    by_key = {str(number): value for number, value in enumerate(VALUES, 1)}
    text, written = ours.body.text, BODY
    for number in range(len(VALUES)):
        written = written.replace(f"{{{{{number + 1}}}}}", f"{{{number}}}")
    assert text.fill(by_key) == written.format(*VALUES)
    mine, theirs = side_by_side(
        lambda: text.fill(by_key),
        lambda: written.format(*VALUES),
        loops=effort.size(LOOPS * 4, LOOPS),
        repeats=effort.size(15, 7),
    )
    yield costs("fill alone; peer: str.format", mine, theirs, 1.2, key="fill")


def calls(effort: Effort) -> Iterator[Line]:
    """The text and the parameters of a call."""
    ours = Template.parse(BODY, name="order_update", language="en_US", status="APPROVED")

    def send_ours() -> object:
        filled = ours.fill(VALUES)
        return filled.text, ours.payload(TO, filled)

    how = {"loops": effort.size(LOOPS, LOOPS // 5), "repeats": effort.size(15, 7)}
    what = "fill, check every value, write the call; peer: pywa"
    if not effort.peers:
        yield costs(what, *side_by_side(send_ours, **how), key="call")
        return
    from pywa.types.templates import BodyText

    peers = BodyText(BODY, *VALUES)

    def send_peers() -> object:
        template = {
            "name": "order_update",
            "language": {"code": "en_US"},
            "components": [peers.params(*VALUES).to_dict()],
        }
        call = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": TO, "type": "template"}
        return peers.preview(*VALUES), {**call, "template": template}

    assert send_ours()[0] == send_peers()[0]
    yield costs(what, *side_by_side(send_ours, send_peers, **how), 0.5, key="call")


def reading(effort: Effort) -> Iterator[Line]:
    """What is known of a text before its values."""
    (mine,) = side_by_side(lambda: Template.parse(BODY), loops=effort.size(LOOPS // 5, 200), repeats=effort.size(15, 7))
    yield costs("read a text, with all that is known before its values", mine, key="read")
    definitions = real_definitions()
    if definitions:
        (mine,) = side_by_side(lambda: [lint_template(template) for template in definitions], loops=20)
        yield Line(f"lint one of {len(definitions)} real definitions", duration(mine / len(definitions)))


PARTS = (filling, calls, reading)
