"""How much waste is left to burn, what a tonnage guarantee ties down, and what is left after burning.

Knows arisings, recycling, capacity, guarantees, ash and metals. Must not know energy, emissions, money, packs or cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from tenderloop.methods.method import Column, Input, Output, Refused, Row, Sheet, method, plain
from tenderloop.methods.years import by_year, number

HUNDRED = Fraction(100)
ZERO = Fraction(0)


def _target_at(targets: Sequence[tuple[int, Fraction]], year: int) -> Fraction | None:
    """The target in force in ``year``: the latest one that has begun. None before the first."""
    begun = [target for since, target in targets if since <= year]
    return begun[-1] if begun else None


def _gaps(years: Iterable[int]) -> list[int]:
    listed = list(years)
    return [year for year in range(listed[0], listed[-1] + 1) if year not in set(listed)]


@method(
    name="residual_balance",
    title="Residual waste against treatment capacity, year by year",
    formula=(
        "residual = arisings × (1 − the higher of recycling_rate and recycling_target − landfill_share); "
        "ratio = (project_capacity + other_capacity) / residual; "
        "headroom = 1 − (project_capacity + other_capacity) / arisings; lock_in = guaranteed_tonnage / residual"
    ),
    source=(
        "Our arithmetic on the practice of the Defra residual waste capacity note (England, 2024) and the Scottish review of incineration "
        "(Stop, Sort, Burn, Bury, 2022): waste left after recycling, against all capacity, over the whole contract"
    ),
    status="proposed",
    valid="arisings above zero; recycling and landfill together below 100 % of arisings; one row for each year of the contract",
    inputs=(
        Input(
            "years",
            "Waste and capacity by year",
            kind="table",
            columns=(
                Column("year", "1", "Calendar year"),
                Column("arisings", "t/year", "Municipal-like waste that arises in the catchment, before recycling", least=ZERO),
                Column("recycling_rate", "%", "Share of arisings recycled or prepared for reuse", least=ZERO, most=HUNDRED),
                Column(
                    "other_capacity",
                    "t/year",
                    "Other plants that burn the same waste (operating, being built, co-incineration)",
                    least=ZERO,
                ),
            ),
        ),
        Input("project_capacity", "Capacity of the project", "t/year", least=ZERO),
        Input(
            "landfill_share",
            "Share of arisings that cannot burn or may go to landfill",
            "%",
            default=ZERO,
            least=ZERO,
            most=HUNDRED,
            source="nothing is taken off unless given",
        ),
        Input(
            "guaranteed_tonnage",
            "Tonnage the authority guarantees",
            "t/year",
            default=ZERO,
            least=ZERO,
            source="no guarantee unless given",
        ),
        Input(
            "recycling_target",
            "Recycling target, from the year in which it begins",
            kind="table",
            optional=True,
            columns=(
                Column("year", "1", "Year from which the target holds"),
                Column("target", "%", "Recycling target", least=ZERO, most=HUNDRED),
            ),
        ),
        Input("term", "Years of the contract; with it, a table that leaves years out is refused", "year", optional=True, least=ZERO),
    ),
    outputs=(
        Output("overcapacity_peak", "Capacity against residual waste, worst year", "1"),
        Output("peak_year", "Worst year", "1"),
        Output("overcapacity_first", "Capacity against residual waste, first year", "1"),
        Output("overcapacity_last", "Capacity against residual waste, last year", "1"),
        Output("years_over", "Number of years in which capacity exceeds residual waste", "1"),
        Output("first_conflict_year", "First year in which capacity exceeds residual waste", "1"),
        Output("recycling_headroom_min", "Recycling rate above which the plants starve, lowest year", "%"),
        Output("headroom_gap_min", "That rate minus the recycling target, lowest year, in percentage points", "%"),
        Output("lock_in_peak", "Guaranteed tonnage against residual waste, worst year", "1"),
        Output("guaranteed_share", "Guaranteed tonnage as a share of the project's capacity", "%"),
        Output("residual_last", "Residual waste in the last year", "t/year"),
    ),
)
def residual_balance(
    sheet: Sheet,
    years: Sequence[Row],
    project_capacity: Fraction,
    landfill_share: Fraction,
    guaranteed_tonnage: Fraction,
    recycling_target: Sequence[Row] | None,
    term: Fraction | None,
) -> Mapping[str, Fraction | str | None]:
    """Compare what is left to burn with what can be burnt, in every year of a contract.

    ``years``: year (calendar year), arisings (t/year), recycling_rate (% of arisings), other_capacity (t/year). ``landfill_share`` is a
    share of arisings, as the EU landfill target is (10 % of municipal waste by 2035). ``recycling_target`` holds from its year until
    the next row; years before the first target have no gap. Where the target is above ``recycling_rate``, the target is used: a
    projection cannot make room by planning to miss it. ``term`` in years: fewer rows than that are ``Refused``, since a short table
    could leave out the years that do not fit.

    A ratio above 1 means that plants can only be full by burning what should be recycled or by bringing waste in.
    ``first_conflict_year`` is unset when there is none; ``headroom_gap_min`` without targets; ``guaranteed_share`` without capacity.
    Recycling and landfill of 100 % or more in one year leave nothing to burn and are ``Refused``.
    Only years in the table are judged and counted; a note names gaps.

    Arisings of 100 000 t, recycled 45 % and later 65 %, a project of 50 000 t and no other plant (our numbers):

    >>> from tenderloop.methods.method import METHODS
    >>> rows = [{"year": Fraction(y), "arisings": Fraction(100000), "recycling_rate": Fraction(r), "other_capacity": Fraction(0)}
    ...         for y, r in ((2030, 45), (2035, 65))]
    >>> found = METHODS["residual_balance"].run({"years": rows, "project_capacity": Fraction(50000)}).outputs
    >>> found["overcapacity_first"], found["overcapacity_last"], found["first_conflict_year"]
    (Fraction(10, 11), Fraction(10, 7), Fraction(2035, 1))
    """
    series = by_year(years, "years")
    if term is not None and len(series) < term:
        raise Refused(
            f"the table shows {len(series)} of the {plain(term)} years of the contract",
            "years",
            "write one row for every year from first operation to the end of the contract",
        )
    targets = [(year, number(row, "target")) for year, row in by_year(recycling_target, "recycling_target")] if recycling_target else []
    ratios: list[tuple[Fraction, int]] = []
    headrooms: list[Fraction] = []
    gaps: list[Fraction] = []
    lock_ins: list[Fraction] = []
    residual = ZERO
    faults: list[str] = []
    rates = {year: max(number(row, "recycling_rate"), _target_at(targets, year) or ZERO) for year, row in series}
    for year, row in series:
        arisings = number(row, "arisings")
        rate = rates[year]
        if arisings == 0:
            faults.append(f"{year}: no waste arises")
        if rate + landfill_share >= 100:
            faults.append(f"{year}: recycling and landfill take all of the waste, nothing is left to burn")
    if faults:
        raise Refused("years: " + "; ".join(faults), "years", "correct these rows, or shorten the series")
    raised = [year for year, row in series if rates[year] > number(row, "recycling_rate")]
    if raised:
        many = f"{len(raised)} of {len(series)} years, first in {raised[0]}"
        sheet.note(f"The recycling target is above the rate of the projection in {many}, and is used there.")
    for year, row in series:
        arisings = number(row, "arisings")
        rate = rates[year]
        capacity = project_capacity + number(row, "other_capacity")
        table = str(year)
        residual = sheet.step(
            "Residual waste",
            "arisings × (1 − the higher of rate and target − landfill_share)",
            arisings * (HUNDRED - rate - landfill_share) / 100,
            "t/year",
            table,
        )
        ratio = sheet.step("Capacity against residual waste", "(project + other) / residual", capacity / residual, "", table)
        ratios.append((ratio, year))
        headroom = sheet.step("Headroom for recycling", "1 − (project + other) / arisings", HUNDRED * (1 - capacity / arisings), "%", table)
        headrooms.append(headroom)
        target = _target_at(targets, year)
        if target is not None:
            gaps.append(sheet.step("Headroom minus target", "headroom − recycling_target", headroom - target, "%", table))
        if guaranteed_tonnage:
            lock_ins.append(
                sheet.step("Guarantee against residual waste", "guaranteed_tonnage / residual", guaranteed_tonnage / residual, "", table)
            )
    missing = _gaps(year for year, _ in series)
    if missing:
        sheet.note(f"{len(missing)} years between {series[0][0]} and {series[-1][0]} are not in the table and are not judged.")
    over = [year for ratio, year in ratios if ratio > 1]
    # the earliest of equally bad years is named
    peak, peak_year = max(ratios, key=lambda each: (each[0], -each[1]))
    return {
        "overcapacity_peak": peak,
        "peak_year": Fraction(peak_year),
        "overcapacity_first": ratios[0][0],
        "overcapacity_last": ratios[-1][0],
        "years_over": Fraction(len(over)),
        "first_conflict_year": Fraction(over[0]) if over else None,
        "recycling_headroom_min": min(headrooms),
        "headroom_gap_min": min(gaps) if gaps else None,
        "lock_in_peak": max(lock_ins, default=ZERO),
        "guaranteed_share": HUNDRED * guaranteed_tonnage / project_capacity if project_capacity else None,
        "residual_last": residual,
    }


@method(
    name="guaranteed_tonnage",
    title="Room between the highest and the guaranteed tonnage",
    formula="max_min_ratio = maximum / minimum; share = minimum / maximum",
    source="Defra WIDP, residual waste contract guidance (UK): the ratio of maximum to minimum tonnage should be at least 1.5",
    status="published",
    valid="maximum above zero; minimum not above the maximum",
    inputs=(
        Input("maximum", "Highest tonnage the plant must accept", "t/year", least=ZERO),
        Input("minimum", "Tonnage that is paid for even if not delivered", "t/year", least=ZERO),
    ),
    outputs=(
        Output("max_min_ratio", "Maximum tonnage against minimum tonnage", "1"),
        Output("share", "Minimum tonnage as a share of the maximum", "%"),
    ),
)
def guaranteed_tonnage(sheet: Sheet, maximum: Fraction, minimum: Fraction) -> Mapping[str, Fraction | str | None]:
    """How far deliveries may fall before the authority pays for waste that it does not deliver.

    Both in t/year. A minimum of zero is no guarantee: ``share`` is 0 and ``max_min_ratio`` is unset.
    The recommended ratio of 1.5 is the same as a share of two thirds:

    >>> from tenderloop.methods.method import METHODS
    >>> METHODS["guaranteed_tonnage"].run({"maximum": Fraction(300000), "minimum": Fraction(200000)}).outputs
    {'max_min_ratio': Fraction(3, 2), 'share': Fraction(200, 3)}
    """
    if maximum == 0:
        raise Refused("the maximum tonnage is zero", "maximum", "give the tonnage that the plant must accept")
    if minimum > maximum:
        raise Refused("the minimum tonnage is above the maximum", "minimum", "check which is which, and that both are for a year")
    if minimum == 0:
        sheet.note("There is no minimum tonnage, so the ratio has no value.")
    return {
        "max_min_ratio": sheet.step("Maximum against minimum", "maximum / minimum", maximum / minimum) if minimum else None,
        "share": sheet.step("Minimum as a share", "minimum / maximum", HUNDRED * minimum / maximum, "%"),
    }


@method(
    name="residues",
    title="What is left to landfill after burning, and metals won back",
    formula=(
        "bottom_ash = waste × bottom_ash_share; flue_gas_residue = waste × flue_gas_residue_share; "
        "metals = bottom_ash × (ferrous_share + nonferrous_share); used = bottom_ash × ash_used_share; "
        "landfill_share = (flue_gas_residue + bottom_ash − metals − used) / waste"
    ),
    source=(
        "Mass balance (ours). Usual spans: ash 15–25 % of the waste (Bootec), flue-gas residues 3–4 % (Capital Recycling Solutions); "
        "metals 10–12 % of the bottom ash and 2 000 kg CO2e saved per tonne of metal (CEWEP bottom ash factsheet)"
    ),
    status="proposed",
    valid="shares between 0 and 100 %; metals and used ash together not above the bottom ash",
    inputs=(
        Input("waste", "Waste burnt", "t/year", least=ZERO),
        Input("bottom_ash_share", "Bottom ash, share of the waste (usually 15 to 25 %)", "%", least=ZERO, most=HUNDRED),
        Input(
            "flue_gas_residue_share", "Fly ash and flue-gas residues, share of the waste (usually 3 to 4 %)", "%", least=ZERO, most=HUNDRED
        ),
        Input(
            "ash_used_share",
            "Bottom ash put to use as aggregate, share of the bottom ash",
            "%",
            default=ZERO,
            least=ZERO,
            most=HUNDRED,
            source="no use is counted unless given",
        ),
        Input(
            "ferrous_share",
            "Iron and steel won back, share of the bottom ash",
            "%",
            default=ZERO,
            least=ZERO,
            most=HUNDRED,
            source="no recovery is counted unless given",
        ),
        Input(
            "nonferrous_share",
            "Other metals won back, share of the bottom ash",
            "%",
            default=ZERO,
            least=ZERO,
            most=HUNDRED,
            source="no recovery is counted unless given",
        ),
        Input(
            "metal_saving",
            "Saving by a tonne of metal recycled",
            "kgCO2e/t",
            default=Fraction(2000),
            least=ZERO,
            source="CEWEP bottom ash factsheet",
        ),
    ),
    outputs=(
        Output("landfill_share", "Share of the waste that still goes to landfill", "%"),
        Output("landfilled", "Residues to landfill", "t/year"),
        Output("hazardous", "Of these, fly ash and flue-gas residues", "t/year"),
        Output("bottom_ash", "Bottom ash", "t/year"),
        Output("metals", "Metals won back", "t/year"),
        Output("metals_per_tonne", "Metals won back per tonne of waste", "kg/t"),
        Output("metal_share", "Metals won back, share of the bottom ash", "%"),
        Output("metals_saving", "Emissions saved by the metals", "tCO2e/year"),
    ),
)
def residues(
    sheet: Sheet,
    waste: Fraction,
    bottom_ash_share: Fraction,
    flue_gas_residue_share: Fraction,
    ash_used_share: Fraction,
    ferrous_share: Fraction,
    nonferrous_share: Fraction,
    metal_saving: Fraction,
) -> Mapping[str, Fraction | str | None]:
    """Landfill share after waste-to-energy: burning does not divert everything from landfill.

    Tonnes per year; shares of the waste for ash, shares of the bottom ash for metals and use. Use and recovery that nobody stated are
    not counted. A zero tonnage, ash above the waste, or metals and use above the bottom ash are ``Refused``.

    Ash of 20 % with 12 % metals gives 24 kg of metal and 48 kg CO2e per tonne, the upper end derived in our reference:

    >>> from tenderloop.methods.method import METHODS
    >>> found = METHODS["residues"].run({"waste": Fraction(1000), "bottom_ash_share": Fraction(20), "flue_gas_residue_share": Fraction(3),
    ...     "ferrous_share": Fraction(8), "nonferrous_share": Fraction(4)}).outputs
    >>> found["metals_per_tonne"], found["metals_saving"], found["landfill_share"]
    (Fraction(24, 1), Fraction(48, 1), Fraction(103, 5))
    """
    if waste == 0:
        raise Refused("no waste is burnt", "waste", "give the tonnes burnt in a year")
    if bottom_ash_share + flue_gas_residue_share > 100:
        raise Refused("ash and residues weigh more than the waste", "bottom_ash_share", "both are shares of the waste burnt")
    metal_share = ferrous_share + nonferrous_share
    if metal_share + ash_used_share > 100:
        raise Refused("metals and used ash weigh more than the bottom ash", "ash_used_share", "all three are shares of the bottom ash")
    if metal_share > 12:
        sheet.note("Metals above 12 % of the bottom ash are more than CEWEP states that it holds: ask for the weighbridge records.")
    bottom = sheet.step("Bottom ash", "waste × bottom_ash_share", waste * bottom_ash_share / 100, "t/year")
    hazardous = sheet.step(
        "Fly ash and flue-gas residues", "waste × flue_gas_residue_share", waste * flue_gas_residue_share / 100, "t/year"
    )
    metals = sheet.step("Metals won back", "bottom_ash × (ferrous_share + nonferrous_share)", bottom * metal_share / 100, "t/year")
    used = sheet.step("Bottom ash put to use", "bottom_ash × ash_used_share", bottom * ash_used_share / 100, "t/year")
    landfilled = sheet.step(
        "Residues to landfill", "flue_gas_residue + bottom_ash − metals − used", hazardous + bottom - metals - used, "t/year"
    )
    return {
        "landfill_share": sheet.step("Landfill share", "landfilled / waste", HUNDRED * landfilled / waste, "%"),
        "landfilled": landfilled,
        "hazardous": hazardous,
        "bottom_ash": bottom,
        "metals": metals,
        "metals_per_tonne": sheet.step("Metals per tonne of waste", "metals / waste", 1000 * metals / waste, "kg/t"),
        "metal_share": metal_share,
        "metals_saving": sheet.step("Emissions saved by metals", "metals × metal_saving", metals * metal_saving / 1000, "tCO2e/year"),
    }
