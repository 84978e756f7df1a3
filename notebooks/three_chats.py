# /// script
# [tool.marimo.display]
# theme = "system"
# ///
"""Three chats: what would change? A slider moves the chat limit; what is refused, proved and compared follows."""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Three chats: what would change?")

with app.setup:
    import marimo as mo

    from casecore import Desk, OpenCase, Policy, Refused
    from casecore.check import check
    from casecore.diff.report import compare
    from casecore.reports.pictures import behaviours, day_of_team
    from casecore.testing.scenario import at, new_case, team_of

    SCOPES = ("chat-limit", "limits-of-their-own")


@app.cell(hide_code=True)
def introduction():
    mo.md("""
    # Three chats: what would change?

    The SOP lets an agent have two chats at once, and the queue grows. Somebody says: *let them have three*.

    **You learn** what that would change, before anybody's day depends on it: what is refused, whether the promises
    still hold, and which steps go otherwise.
    """)


@app.cell
def chat_limit():
    limit = mo.ui.slider(1, 5, value=3, label="chats at once", show_value=True, debounce=True)
    limit
    return (limit,)


@app.cell
def policies(limit):
    today = Policy.default()
    proposed = Policy.loads(f'extends = "casecore"\n\n[capacity]\nchat = {limit.value}\n', "proposed.toml")
    return proposed, today


@app.cell(hide_code=True)
def morning_in_words():
    mo.md("""
    ## A busy morning

    Five customers write within five minutes, and Ana reaches for one chat after the other.
    """)


@app.cell
def morning(proposed):
    customers = [new_case(f"c{number}", at=at(minutes=number)) for number in range(1, 6)]
    desk, events = Desk(proposed), []
    for command in (*team_of(proposed), *customers):
        desk, happened = desk.handle(command)
        events += happened
    return customers, desk, events


@app.cell
def one_after_the_other(customers, desk, events):
    now, answers, told = desk, [], [*events]
    for number, arrival in enumerate(customers, 1):
        opening = OpenCase("ana", at(minutes=5 + 5 * number), arrival.new_case)
        verdict = now.decide(opening)
        if isinstance(verdict, Refused):
            why = "; ".join(f"{reason.message} ({reason.rule})" for reason in verdict.reasons)
            answers.append({"ana opens": arrival.new_case, "answer": "✗ refused", "why": why})
        else:
            now, _events = now.handle(opening)
            told += _events
            answers.append({"ana opens": arrival.new_case, "answer": "✓ allowed", "why": ""})
    mo.ui.table(answers, selection=None, show_download=False, show_search=False, wrapped_columns=["why"])
    return (told,)


@app.cell
def day_of_ana(proposed, told):
    day_of_team(told, proposed, agents=("ana",), until=at(minutes=40))


@app.cell(hide_code=True)
def check_in_words():
    mo.md("""
    ## Are the promises still kept?

    A morning is one story. A **check** tries every order of steps at small desks: chats up to the limit, and an agent
    with a limit of her own. *Nobody has more than the limit* (P04) and *nothing is lost* (P16) are asked at each step.
    """)


@app.cell
def promises(proposed):
    report = check(proposed, scopes=SCOPES, only=("04", "16"), walk=0)
    report
    return (report,)


@app.cell(hide_code=True)
def diff_in_words():
    mo.md("""
    ## What goes otherwise than today?

    Both policies at the same desk: every step that one allows and the other refuses, with the shortest story that ends
    so.
    """)


@app.cell
def difference_from_today(proposed, today):
    difference = compare(today, proposed, scopes=SCOPES)
    behaviours(difference)
    return (difference,)


@app.cell
def shortest_story(difference):
    difference


@app.cell(hide_code=True)
def what_it_does_not_say():
    mo.md("""
    ## What this does not say

    Whether Ana can *serve* three customers at once. No rule knows that; your service clocks do, month by month
    (`casecore audit`). What is shown here is that nothing else of the SOP breaks, and who is allowed what from then on.
    """)


if __name__ == "__main__":
    app.run()
