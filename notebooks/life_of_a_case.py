# /// script
# [tool.marimo.display]
# theme = "system"
# ///
"""The life of a case: from the first message to closed, and what a desk knows of it at each step."""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="The life of a case")

with app.setup:
    import marimo as mo

    from casecore import (
        CUSTOMER,
        SYSTEM,
        Channel,
        CloseCase,
        Desk,
        OpenCase,
        ReceiveMessage,
        SendReply,
        Status,
        history,
        transcript,
    )
    from casecore.reports.pictures import legal_moves, life_of_case
    from casecore.testing.scenario import at, team_of


@app.cell(hide_code=True)
def introduction():
    mo.md("""
    # The life of a case

    A parcel of Maria's is lost, and she writes on WhatsApp. **You learn** what a desk knows of her case while it goes
    from *new* to *closed*: who holds it, whom it waits for, which clocks run, what is due next, and where it may go
    from here.

    What people do are **commands**; what comes of them are **events**. Nothing happens by itself, and no clock is read.
    """)


@app.cell
def story():
    steps = (
        ReceiveMessage(
            CUSTOMER, at(), "t1", "m1", "My parcel is lost", customer="maria", channel=Channel.WHATSAPP, new_case="c1"
        ),
        OpenCase("ana", at(minutes=12), "c1"),
        SendReply("ana", at(minutes=20), "c1", "m2", "Which number is on the receipt?", Status.PENDING),
        ReceiveMessage(CUSTOMER, at(minutes=65), "t1", "m3", "It says 4711"),
        SendReply("ana", at(minutes=80), "c1", "m4", "Found! It comes tomorrow.", Status.RESOLVED),
        CloseCase(SYSTEM, at(hours=49, minutes=20), "c1"),
    )
    mo.show_code()
    return (steps,)


@app.cell
def steps_so_far(steps):
    so_far = mo.ui.slider(1, len(steps), value=5, label="steps so far", show_value=True, debounce=True)
    so_far
    return (so_far,)


@app.cell
def desk_so_far(so_far, steps):
    desk, events = Desk(), []
    for command in (*team_of(desk.policy), *steps[: so_far.value]):
        desk, happened = desk.handle(command)
        events += happened
    return desk, events


@app.cell(hide_code=True)
def life_in_words():
    mo.md("""
    ## Its life so far

    Move the slider: each step adds to the picture. A bar says how long; a clock says whether it was met.
    """)


@app.cell
def life(events):
    life_of_case("c1", events)


@app.cell(hide_code=True)
def record_in_words():
    mo.md("""
    ## What is kept of it, and what is due

    An application stores the case, and wakes up when something is due. Each instant names the key of the policy that
    sets it.
    """)


@app.cell
def record(desk):
    desk.cases["c1"]


@app.cell
def due(desk):
    desk.due()


@app.cell(hide_code=True)
def moves_in_words():
    mo.md("""
    ## Where it may go from here

    Of all moves of the life cycle, those that Ana may make now; and of the others, which rule refuses them.
    """)


@app.cell
def moves(desk):
    legal_moves(desk, "c1", "ana", desk.now)


@app.cell(hide_code=True)
def told_in_words():
    mo.md("""
    ## Told afterwards

    What was written, as the customer saw it; and what happened, sentence by sentence.
    """)


@app.cell
def conversation(events):
    transcript(events)


@app.cell
def sentences(events):
    history(events, case="c1")


if __name__ == "__main__":
    app.run()
