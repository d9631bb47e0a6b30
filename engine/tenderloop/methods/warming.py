"""Global warming potentials: the input that chooses a set, and its numbers.

Knows the published sets. Must not know any formula.
"""

from __future__ import annotations

from tenderloop.methods.method import Input
from tenderloop.methods.tables import Entry, read_table

GWP_INPUT = Input(
    "gwp",
    "Warming potentials over 100 years",
    kind="choice",
    default="ar6",
    options=read_table("warming_potentials").keys(),
    source="the latest set",
)


def warming(gwp: str) -> Entry:
    """The row of warming potentials, kg CO2e per kg over 100 years: columns ``ch4_non_fossil`` and ``n2o``.

    >>> warming("ar5").number("ch4_non_fossil")
    Fraction(28, 1)
    """
    return read_table("warming_potentials")[gwp]
