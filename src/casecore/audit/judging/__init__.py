"""Judging rows: what each rule has to say of them, as far as the log tells.

* `auditing.py`: rows in, counts and violations out. Begin here.
* `judge.py`: one row, by the rules of the house; `subjects.py` makes it a command or an event, `sight.py` its view.
* `fold.py`: the desk as the log has told it so far; `obligations.py`: what is owed at the end.
* `untold.py`, `knowledge.py`, `supposing.py`: what is not told, what may have happened beside it, what is known still.
"""
