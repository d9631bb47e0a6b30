"""Joins readers, terms and a pack's signals: a published notice becomes a case with its evidence."""
