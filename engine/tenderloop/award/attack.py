"""What would flip the winner of a lot, exactly. Knows a finished result and how to evaluate its lots again with something changed.

Must not know files or pages.
"""

from __future__ import annotations

from tenderloop.award.findings import Attack
from tenderloop.award.result import AwardResult


def attack(result: AwardResult, *, simulate: bool = True) -> Attack:
    """Attack every lot of a result; ``simulate`` adds the rank acceptability (floating point, labelled so)."""
    raise NotImplementedError
