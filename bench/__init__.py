"""How fast casecore is, measured beside what one would use without it, and beside what it was.

    make bench                                      everything, in less than five minutes
    .venv/bin/python -m bench decide fold           only these
    make bench-compare REV=main                     this tree and a revision, in turns: what is faster, what slower
    make bench-compare ONLY="decide fold" ROUNDS=12

Each file is one question:

* `decide`: what does it cost to ask every rule, beside one bare `transitions` trigger?
* `fold`: how fast do many events become cases, beside `attrs.evolve` and the `eventsourcing` library?
* `handle`: does a command cost more on a large desk?
* `day`, `routing`, `partial`: what does a host pay that lives on it, with a router, an agenda, or few rows?
* `audit`: how many rows of a log are judged in a second, beside a replay, and in how much memory?
* `explore`, `diff`: how long do proofs and comparisons take, beside a search over whole desks?
* `imports`, `loading`, `clocks`, `rules`, `templates`: what do the pieces cost?

How it is measured is told in `measure.py`, how two revisions are compared in `compare.py`. Nothing here is a test and
nothing fails: every target is a ratio to a peer of the same run, or a number of bytes, and what misses it stands in the
table at the end; so does what has got worse than `baseline.json`, which holds such ratios (`stored.py`). A peer that is
not installed is told, and the others are measured.
"""
