"""From a published weighting to an award: procedures, bids, judgements, exact scoring, ranking and what would flip it.

Must not know pages or accounts. Names are imported on first use.

>>> from tenderloop.award import award, read_bids, read_judgements, read_procedure
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tenderloop.award.bid import Bid, Decision
    from tenderloop.award.judgement import Consensus, Judgement
    from tenderloop.award.procedure import Procedure
    from tenderloop.award.reading import read_bids, read_judgements, read_procedure
    from tenderloop.award.result import AwardResult
    from tenderloop.award.scoring import award

_HOME = {
    "AwardResult": "result",
    "Bid": "bid",
    "Consensus": "judgement",
    "Decision": "bid",
    "Judgement": "judgement",
    "Procedure": "procedure",
    "award": "scoring",
    "read_bids": "reading",
    "read_judgements": "reading",
    "read_procedure": "reading",
}

__all__ = [
    "AwardResult",
    "Bid",
    "Consensus",
    "Decision",
    "Judgement",
    "Procedure",
    "award",
    "read_bids",
    "read_judgements",
    "read_procedure",
]


def __getattr__(name: str) -> object:
    if name in _HOME:
        found: object = getattr(import_module(f"tenderloop.award.{_HOME[name]}"), name)
        globals()[name] = found
        return found
    raise AttributeError(f"module 'tenderloop.award' has no attribute '{name}'")
