"""From a published weighting to an award: procedures, bids, judgements, exact scoring, ranking and what would flip it.

Must not know pages or accounts.
"""
