# /// script
# [tool.marimo.display]
# theme = "system"
# ///
"""Audit of a log: last month's work, judged by the same rules that a live desk is asked."""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Audit of a log")

with app.setup:
    from pathlib import Path

    import marimo as mo

    from casecore import Policy
    from casecore.audit import LogMap, audit
    from casecore.reports.pictures import rule_coverage

    HERE = Path(__file__).parent


@app.cell(hide_code=True)
def introduction():
    mo.md("""
    # Audit of a log

    **You learn** to judge the export of a help desk by your SOP, and to read the answer: what was kept, what was
    broken, and what the log does not tell. There is no second copy of a rule, and nothing about the log is guessed.

    The log is made up: three cases, ten rows. Yours may have millions.
    """)


@app.cell
def log():
    export = HERE / "tickets.csv"
    rows = [line.split(",") for line in export.read_text("utf-8").splitlines()]
    mo.ui.table(
        [dict(zip(rows[0], row, strict=True)) for row in rows[1:]],
        selection=None,
        show_download=False,
        show_search=False,
    )
    return (export,)


@app.cell(hide_code=True)
def map_in_words():
    mo.md("""
    ## What the log means

    A **map** says which column is what, how times are written and in which zone, and which word means which status. It
    also says what the log *tells*: here nothing changes a status without a row.
    """)


@app.cell
def map_as_written():
    written = (HERE / "tickets.map.toml").read_text("utf-8")
    mo.md(f"```toml\n{written}```")
    return (written,)


@app.cell
def what_else_is_known():
    channel = mo.ui.dropdown(["not told", "chat", "email"], value="not told", label="all of these cases came by")
    channel
    return (channel,)


@app.cell
def meaning_of_the_log(channel, written):
    known = "" if channel.value == "not told" else f'\n[constant]\nchannel = "{channel.value}"\n'
    meaning = LogMap.loads(written + known)
    return (meaning,)


@app.cell(hide_code=True)
def judged_in_words():
    mo.md("""
    ## What was kept, broken, unknown

    A rate is of what is known. *Unknown* is not *kept*: the rule looked at something that the log does not tell, and
    what that is decides. Choose *email* above: who the customer is need not be asked there, so rules that were unknown
    are kept or not concerned.
    """)


@app.cell
def judged(export, meaning):
    report = audit(export, Policy.default(), meaning)
    rule_coverage(report)
    return (report,)


@app.cell(hide_code=True)
def breaches_in_words():
    mo.md("""
    ## What was broken

    Each breach with its row. These are plain rows: `polars.DataFrame(report.frame())` or
    `pandas.DataFrame(report.frame())` takes them, too.
    """)


@app.cell
def breaches(report):
    shown = ("rule", "row", "at", "case", "agent", "message")
    rows_shown = [{name: row[name] for name in shown} for row in report.frame()]
    mo.ui.table(rows_shown, selection=None, show_download=False, show_search=False, wrapped_columns=["message"])


@app.cell(hide_code=True)
def report_in_words():
    mo.md("""
    ## The whole report

    With who and when, what could not be judged, and what the log would have to tell for more.
    """)


@app.cell
def whole(report):
    report


if __name__ == "__main__":
    app.run()
