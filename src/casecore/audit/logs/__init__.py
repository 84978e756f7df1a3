"""What a log says: its map, and how it is read.

* `log_map.py`: the map, with its kinds, names, files and schema; `maps/` has those that ship; `guessing.py` proposes
  one.
* `reading.py`: rows in the order in which they happened, from files of each format (`reading_*.py`) and from tables.
* `log_rows.py`: what a row is, and what can be odd about one; `row_telling.py` and `telling.py` make rows of cells.
"""
