"""Faults that must turn a proof red: the table, and how one is put into the source of a module."""
