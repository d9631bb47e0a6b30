"""Rate tenders, bids and PPP projects against circular-economy and people-first criteria."""

__version__ = "0.1.0"
