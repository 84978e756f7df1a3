"""How fast casecore is, measured beside what one would use without it.

    make bench                                      everything, in about a minute and a half
    .venv/bin/python -m bench decide fold           only these

Each file is one question:

* `decide`: what does it cost to ask every rule, beside one bare `transitions` trigger?
* `fold`: how fast do a million events become cases, beside `attrs.evolve` and the `eventsourcing` library?
* `handle`: does a command cost more on a large desk?
* `imports`: what does a program pay that imports casecore?

How it is measured is told in `measure.py`. Nothing here is a test and nothing fails: a figure that misses its target is
printed as over.
"""
