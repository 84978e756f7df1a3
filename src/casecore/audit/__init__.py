"""Judging what a help desk really did, as its log tells it, by the same SOP that the desk runs by."""
