"""Pages: a report as one HTML file, which anybody opens, without network and without a program beside a browser.

* `elements.py`: HTML written so that no text can be anything else than text.
* `tables.py`: a table, on a page and in a notebook.
* `findings.py`: a finding, as every page shows it.
* `page.py`: the whole of a page: what is said first, its parts, its looks (`page.css`) and its script (`page.js`).

Nothing here knows what was looked at. The pages of a check, a comparison, an audit, a replay and the rules stand beside
their other forms, and hand over headings, figures, findings and tables.
"""
