"""What municipal waste is made of: the components, the table in which a case gives them, and what may be done with their shares.

Knows the component names of IPCC 2006 Table 2.4 and how shares are checked, shifted and captured. Must not know carbon, heat or decay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from tenderloop.methods.method import Column, Input, Refused, Row, Sheet, plain
from tenderloop.methods.tables import read_table

ZERO, HUNDRED = Fraction(0), Fraction(100)

COMPONENTS = read_table("waste_carbon").keys()
BULK = "bulk"  # waste that is not told apart; only the landfill model has numbers for it

# Ours: shares measured in a sorting campaign seldom add up to 100 % exactly; a larger gap is a mistake or a missing component.
_TOLERANCE = Fraction(1)


def composition_input(*, bulk: bool = False) -> Input:
    """The input ``composition``. All methods declare the same columns, so that one table fact serves them all; each reads its own."""
    return Input(
        "composition",
        "Composition of the waste, wet mass",
        kind="table",
        columns=(
            Column("component", None, "Component", options=(*COMPONENTS, BULK) if bulk else COMPONENTS),
            Column("share", "%", "Share of wet mass", least=ZERO, most=HUNDRED),
            _percent("moisture", "Water, % of wet mass"),
            Column("lhv", "MJ/kg", "Lower heating value as received", optional=True),
            _percent("dm", "Dry matter, % of wet mass"),
            _percent("cf", "Total carbon, % of dry mass"),
            _percent("fcf", "Fossil carbon, % of total carbon"),
            _percent("doc", "Degradable organic carbon, % of wet mass"),
            Column("k", "1/year", "Decay rate", optional=True, least=ZERO),
        ),
    )


def _percent(name: str, label: str) -> Column:
    return Column(name, "%", label, optional=True, least=ZERO, most=HUNDRED)


def shares(sheet: Sheet, composition: Sequence[Row]) -> dict[str, Fraction]:
    """Share of wet mass by component, in %, as given: never rescaled.

    A sum off 100 % by up to one point is kept with a note, by more it is ``Refused``.
    """
    found = {str(row["component"]): cell(row, "share") or ZERO for row in composition}
    total = sum(found.values(), ZERO)
    if abs(total - HUNDRED) > _TOLERANCE:
        raise Refused(
            f"the shares of the composition add up to {plain(total)} %",
            "composition",
            "they must add up to 100 % within one point; write what is not told apart as 'other'",
        )
    if total != HUNDRED:
        sheet.note(f"The shares add up to {plain(total)} %; they are used as given, not rescaled.")
    return found


def cell(row: Row, column: str) -> Fraction | None:
    """The number in a cell, None when the cell is empty or left out."""
    value = row.get(column)
    return value if isinstance(value, Fraction) else None


def dry_matter(row: Row) -> Fraction | None:
    """Dry matter of a row, % of wet, from ``dm`` or from ``moisture``; None when neither is given, Refused when they disagree."""
    dry, water = cell(row, "dm"), cell(row, "moisture")
    if dry is not None and water is not None and dry + water != HUNDRED:
        raise Refused(
            f"'{row['component']}': dry matter and moisture do not add up to 100 %", "composition", "leave one of the two columns out"
        )
    if dry is None and water is not None:
        return HUNDRED - water
    return dry


def with_plastics(mix: Mapping[str, Fraction], points: Fraction) -> dict[str, Fraction] | None:
    """The mix with ``points`` more (or less) plastics, the other components scaled so that the sum stays.

    Plastics stay between nothing and the whole. None when plastics are all there is, for then nothing can take their place.

    >>> with_plastics({"plastics": Fraction(10), "food": Fraction(90)}, Fraction(5))
    {'plastics': Fraction(15, 1), 'food': Fraction(85, 1)}
    """
    total = sum(mix.values(), ZERO)
    now = mix.get("plastics", ZERO)
    if now == total:
        return None
    then = min(max(now + points, ZERO), total)
    scale = (total - then) / (total - now)
    changed = {name: then if name == "plastics" else share * scale for name, share in mix.items()}
    changed.setdefault("plastics", then)
    return changed


def captured_shares(captured: Sequence[Row]) -> dict[str, Fraction]:
    """Captured share by component, in %."""
    return {str(row["component"]): cell(row, "captured") or ZERO for row in captured}


def after_capture(mix: Mapping[str, Fraction], captured: Mapping[str, Fraction]) -> tuple[Fraction, dict[str, Fraction]]:
    """What is left once part of each component is taken out for recycling.

    ``mix`` and ``captured`` are in %. Gives the mass left, in % of the mass before, and the composition of the rest, in %.
    Nothing left, or a captured component that the mix does not hold, is Refused.

    >>> after_capture({"plastics": Fraction(20), "food": Fraction(80)}, {"plastics": Fraction(50)})
    (Fraction(90, 1), {'plastics': Fraction(100, 9), 'food': Fraction(800, 9)})
    """
    strange = [name for name in captured if name not in mix]
    if strange:
        raise Refused(f"the composition has no {', '.join(strange)}", "captured", "name components of the composition")
    total = sum(mix.values(), ZERO)
    left = {name: share * (HUNDRED - captured.get(name, ZERO)) / HUNDRED for name, share in mix.items()}
    rest = sum(left.values(), ZERO)
    if not rest:
        raise Refused("everything is captured, nothing is left to burn", "captured")
    return HUNDRED * rest / total, {name: HUNDRED * share / rest for name, share in left.items()}
