"""The SOP: one capability, one file; `composition.py` puts them together."""
