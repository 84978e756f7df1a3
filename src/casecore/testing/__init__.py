"""What casecore is tested with, shipped for whoever builds on it (`pip install casecore[test]`).

* `casecore.testing.scenario`: given a story, when a command, then these events or this refusal. Needs nothing else.
* `casecore.testing.strategies`: Hypothesis draws policies, commands, desks and whole histories.
* `casecore.testing.plugin`: pytest runs every `*.day.jsonl` file, each of its stories as a test.
* `casecore.promises`: what must always hold, as questions asked of a step and of a desk.
* `casecore.testing.machine`: a Hypothesis state machine that works at a desk and asks the promises after every step.

The core never imports any of it.
"""
