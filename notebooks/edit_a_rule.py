# /// script
# [tool.marimo.display]
# theme = "system"
# ///
"""Edit a rule and see what changes: not which lines differ, but what the desk does otherwise from now on."""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Edit a rule and see what changes")

with app.setup:
    import marimo as mo

    from casecore import Policy
    from casecore.diff.report import compare
    from casecore.policies.errors import PolicyError
    from casecore.reports.pictures import behaviours

    SCOPES = ("chat-limit", "a-silent-chat", "the-window-on-whatsapp")


@app.cell(hide_code=True)
def introduction():
    mo.md("""
    # Edit a rule and see what changes

    **You learn** to review an edit of an SOP by what it does. Two policies work side by side at three small desks:
    chats up to the limit, a chat that falls silent, a case on WhatsApp. Every command is decided under both, and what
    is decided otherwise is told.

    Below stands a policy. It says only what differs from the SOP that ships. Edit it.
    """)


@app.cell
def policy_text():
    text = mo.ui.code_editor(
        value="""extends = "casecore"

[capacity]
chat = 1          # the SOP that ships says 2

[chat.idle]
ask_first = 0     # nobody asks first whether the customer is there; it says 1

[whatsapp]
window = "20h"    # it says 24h
""",
        language="toml",
        label="sop.toml",
        debounce=True,
    )
    text
    return (text,)


@app.cell
def edited_policy(text):
    try:
        edited, mistakes = Policy.loads(text.value, "sop.toml"), ""
    except PolicyError as problem:
        edited, mistakes = None, str(problem)
    mo.stop(
        edited is None, mo.md(f"**Not a policy yet.** Every mistake is told at its place:\n\n```text\n{mistakes}\n```")
    )
    return (edited,)


@app.cell(hide_code=True)
def change_in_words():
    mo.md("""
    ## What changes

    A column is one change: what goes otherwise, where, by which rule, and which of the edits makes it so. A mark says
    whether it is looser (+, now allowed), stricter (−, now refused) or otherwise (≠).
    """)


@app.cell
def change(edited):
    difference = compare(Policy.default(), edited, scopes=SCOPES)
    behaviours(difference)
    return (difference,)


@app.cell(hide_code=True)
def stories_in_words():
    mo.md("""
    ## Why

    Each change has the shortest story that ends otherwise, both answers to its last step, and the edit that makes the
    difference.
    """)


@app.cell
def stories(difference):
    difference


@app.cell(hide_code=True)
def exercises():
    mo.md("""
    ## Try

    * `chat = 3`: what was refused is allowed. Is that what you want?
    * `window = 20`: a length of time without a unit. What does it say?
    * `chat = 2`: that is what the SOP says already. What is told of such an edit?

    In a terminal the same is `casecore diff old.toml sop.toml`; in a pull request, `--format github`.
    """)


if __name__ == "__main__":
    app.run()
