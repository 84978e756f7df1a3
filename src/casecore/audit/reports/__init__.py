"""What an audit says, in each form that people and programs read.

* `report.py`: the report; `findings.py` and `finding_rows.py`: what is found; `formats.py` and `texts.py`: its forms.
* `coverage.py`: what could be judged, and what the log would have to tell for more.
* `against.py`: two policies; `second_opinion.py`: the witnesses; `sampling.py`: a part of the log; `pseudonyms.py`:
  other names for people.
* `story.py`: the story of one case, as a day that is replayed.
"""
