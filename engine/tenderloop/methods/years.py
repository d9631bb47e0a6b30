"""What a table by year is: rows in the order of their years.

Knows whole years. Must not know what stands in the other columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tenderloop.methods.method import Refused, Row, plain

LONGEST = 200
"""Years. Beyond this a year is a slip of the pen, and exact powers grow without use."""


def by_year(rows: Sequence[Row], name: str) -> list[tuple[int, Row]]:
    """Rows of the input ``name`` with their ``year``, earliest first; in which order they were given changes nothing.

    A year that is not whole, or more than 200 years between first and last, is ``Refused``. That each year stands once is checked by
    the framework before a method runs.

    >>> [year for year, _ in by_year([{"year": Fraction(2031)}, {"year": Fraction(2030)}], "years")]
    [2030, 2031]
    """
    found: list[tuple[int, Row]] = []
    for row in rows:
        year = number(row, "year")
        if year.denominator != 1:
            raise Refused(f"{name}: {plain(year)} is not a whole year", name, "write a year such as 2035")
        found.append((int(year), row))
    found.sort(key=lambda each: each[0])
    if found and found[-1][0] - found[0][0] > LONGEST:
        raise Refused(f"{name}: the years run from {found[0][0]} to {found[-1][0]}", name, "look for a mistyped year")
    return found


def number(row: Row, column: str) -> Fraction:
    """The number in a column that the framework has already checked."""
    value = row[column]
    assert isinstance(value, Fraction)
    return value
