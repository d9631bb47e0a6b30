"""Criteria packs: data only."""
