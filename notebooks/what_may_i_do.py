# /// script
# [tool.marimo.display]
# theme = "system"
# ///
"""What may I do, and why not: the menu of an agent, and every reason against what is not on it."""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="What may I do, and why not?")

with app.setup:
    import marimo as mo

    from casecore import Policy, SendReply, Status
    from casecore.projections.rules import list_rules
    from casecore.reports.pictures import legal_moves
    from casecore.testing.scenario import at, case_in, given


@app.cell(hide_code=True)
def introduction():
    mo.md("""
    # What may I do, and why not?

    **You learn** to ask a desk the two questions of every agent's screen. What may be done is on the menu; what may not
    has **every** reason beside it: the rule, what was measured, and what would help.

    The team: *ana* may reply; *ben* may not, he writes drafts; *cleo* also approves drafts; *dora* also supervises.
    """)


@app.cell
def who_and_where():
    agent = mo.ui.dropdown(["ana", "ben", "cleo", "dora"], value="ben", label="who asks")
    channel = mo.ui.dropdown(["chat", "email", "whatsapp", "voice"], value="chat", label="the case came by")
    status = mo.ui.dropdown(["new", "open", "pending", "resolved", "closed"], value="open", label="and is")
    mo.hstack([agent, channel, status], justify="start", wrap=True)
    return agent, channel, status


@app.cell
def desk_of_the_case(channel, status):
    desk = given(case_in(status.value, agent="ana", channel=channel.value)).desk
    return (desk,)


@app.cell(hide_code=True)
def moves_in_words(agent, desk):
    mo.md(f"""
    ## Where the case may go

    It is held by **{desk.cases["c1"].case.assignee or "nobody"}**. A thick line is a move that {agent.value} may make
    now; a dashed one is refused, and the rule stands below.
    """)


@app.cell
def moves(agent, desk):
    legal_moves(desk, "c1", agent.value, at(minutes=5))


@app.cell(hide_code=True)
def menu_in_words(agent):
    mo.md(f"""
    ## The menu

    All that anybody can do with a case, asked for {agent.value}: first what is allowed, with what it asks for; then the
    rest, and why not.
    """)


@app.cell
def menu(agent, desk):
    actions = desk.actions(agent.value, "c1", at(minutes=5))
    allowed = [row for row in actions.frame() if row["allowed"]]
    refused = [row for row in actions.frame() if not row["allowed"]]
    return allowed, refused


@app.cell
def what_is_allowed(allowed):
    mo.ui.table(
        [{"✓ may": row["action"], "asks for": row["asks"]} for row in allowed],
        label=f"{len(allowed)} are allowed",
        selection=None,
        show_download=False,
        show_search=False,
    )


@app.cell
def what_is_refused(refused):
    mo.ui.table(
        [{"✗ may not": row["action"], "why": row["why"], "what would help": row["remedy"]} for row in refused],
        label=f"{len(refused)} are refused",
        selection=None,
        show_download=False,
        wrapped_columns=["why", "what would help"],
    )


@app.cell(hide_code=True)
def refusal_in_words():
    mo.md("""
    ## One step, tried

    A command that is refused changes nothing, so it can be tried before a button is shown. *All* reasons come at once:
    nobody mends one to meet the next.
    """)


@app.cell
def refusal(agent, desk):
    reply = SendReply(agent.value, at(minutes=5), "c1", "m9", "It works again.", Status.RESOLVED)
    verdict = desk.decide(reply)
    verdict
    return (verdict,)


@app.cell(hide_code=True)
def rules_in_words():
    mo.md("""
    ## The rules behind it

    A reason names its rule. Choose what a rule is about, and see what the SOP says there.
    """)


@app.cell
def about_what():
    topics = sorted({rule.id.partition(".")[0] for rule in list_rules(Policy.default())})
    topic = mo.ui.dropdown(topics, value="authentication", label="rules about")
    topic
    return (topic,)


@app.cell
def rules(topic):
    rows = [row for row in list_rules(Policy.default()).frame() if row["rule"].startswith(f"{topic.value}.")]
    mo.ui.table(
        rows, selection=None, show_download=False, show_search=False, wrapped_columns=["what it says", "guards"]
    )


if __name__ == "__main__":
    app.run()
