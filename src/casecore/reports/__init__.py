"""Reports: what is found, as one record, and each form that people, editors and services read it in, written once.

* `findings.py`: the record, with its level and its place in a file.
* `text.py`: text that is safe on a terminal, and a finding on one line, as compilers write it.
* `as_json.py`, `markdown.py`, `github.py`, `sarif.py`, `junit.py`: a file for each other form.
* `pages/`: the same as one file for a browser; its builder of elements and its tables serve notebooks, too.

Nothing here knows what was looked at. A check, a comparison, the lint of templates and a replay each turn what they
say into findings, and hand those over.
"""
