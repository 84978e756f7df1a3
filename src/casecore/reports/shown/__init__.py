"""How anything of casecore is shown: what a writer says of it, and the forms that are made of that.

* `displays.py`: the record: a title, sentences, tables, and who writes them.
* `forms.py`: plain text of at most twelve lines, Markdown, HTML, rich's tables, rows.

What is said of which object is written beside it: `projections/shown/`, `check/shown.py`, `templates/shown.py`, and so
on. `kernel/shown.py` tells the rules.
"""
