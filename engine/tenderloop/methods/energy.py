"""Energy from waste: R1 with its climate correction, heating value of a mix, thermal capacity, yield per tonne.

Knows Annex II of Directive 2008/98/EC and simple heat balances. Must not know emissions, money, packs or cases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from tenderloop.methods.composition import (
    COMPONENTS,
    HUNDRED,
    ZERO,
    after_capture,
    captured_shares,
    cell,
    composition_input,
    shares,
)
from tenderloop.methods.method import Column, Input, Output, Refused, Row, Sheet, method, plain
from tenderloop.methods.tables import read_table
from tenderloop.quantity import shown

_GJ_PER_MWH = Fraction("3.6")  # 1 MWh = 3.6 GJ; one MJ/kg is one GJ/t
_R1_SOURCE = "Directive 2008/98/EC, Annex II, footnote to R1"
_CCF_SOURCE = "Directive (EU) 2015/1127, Annex; corrigendum OJ L 297, 13.11.2015"
_GROUPS = ("none", "before_2015_09", "after_2015_08")
_COLD, _WARM = Fraction(3350), Fraction(2150)
# Heat won by condensing flue gas is not part of the lower heating value. How much there can be depends on the water in the waste;
# beyond a fifth of the heating value we ask for the figures (ours).
_CONDENSATION_LIMIT = Fraction("1.2")


def _round3(value: Fraction) -> Fraction:
    # the directive rounds the factor to three decimals; half up, since it is positive
    return Fraction((value * 1000 + Fraction(1, 2)).__floor__(), 1000)


def _factor(sheet: Sheet, hdd: Fraction, later: bool) -> Fraction:
    at_most = Fraction("1.12") if later else Fraction("1.25")
    slope = Fraction("0.12") / 1200 if later else Fraction("0.25") / 1200
    start = Fraction("1.335") if later else Fraction("1.698")
    group = "group 2" if later else "group 1"
    if hdd <= _WARM:
        return sheet.step(f"Climate correction factor, {group}", "HDD <= 2150", at_most)
    if hdd >= _COLD:
        return sheet.step(f"Climate correction factor, {group}", "HDD >= 3350", Fraction(1))
    formula = f"{'-(0.12/1200) x HDD + 1.335' if later else '-(0.25/1200) x HDD + 1.698'}, to three decimals"
    return sheet.step(f"Climate correction factor, {group}", formula, _round3(start - slope * hdd))


def _climate_factor(sheet: Sheet, hdd: Fraction | None, group: str, year: Fraction | None) -> Fraction:
    if group == "none":
        return sheet.step("Climate correction factor", "none applied", Fraction(1))
    if hdd is None:
        raise Refused(
            "the climate correction needs heating degree days",
            "hdd",
            "the mean of the 20 years before, at the plant's place, by the Eurostat rule",
        )
    early = group == "before_2015_09"
    if early and year is None:
        later = _factor(Sheet(), hdd, later=True)
        sheet.note(f"No year given: the factor holds until 31 December 2029; from 2030 it is {shown(later, 3)}.")
    return _factor(sheet, hdd, later=not early or (year is not None and year > 2029))


_HDD = Input(
    "hdd",
    "Heating degree days, mean of the 20 years before",
    "1",
    optional=True,
    least=ZERO,
    source=_CCF_SOURCE,
)
_CCF_GROUP = Input(
    "ccf_group",
    "Climate correction: not applied, permitted and in operation before 1 September 2015, or permitted after 31 August 2015",
    kind="choice",
    default="none",
    options=_GROUPS,
    source=_CCF_SOURCE,
)
_YEAR = Input(
    "year",
    "Calendar year for which the factor is taken; from 2030 the older plants use the later factor",
    "1",
    optional=True,
    least=Fraction(2015),
    most=Fraction(2200),
    source=_CCF_SOURCE,
)


@method(
    name="ccf",
    title="Climate correction factor for R1",
    formula="1.25 or -(0.25/1200) x HDD + 1.698 or 1; after 31 August 2015: 1.12 or -(0.12/1200) x HDD + 1.335 or 1",
    source=_CCF_SOURCE,
    status="official",
    valid="municipal-waste incinerators that fall under R1; HDD is the mean of 20 consecutive years",
    inputs=(_HDD, _CCF_GROUP, _YEAR),
    outputs=(Output("ccf", "Climate correction factor", "1"),),
)
def ccf(sheet: Sheet, *, hdd: Fraction | None, ccf_group: str, year: Fraction | None) -> Mapping[str, Fraction | str | None]:
    """The factor with which R1 is multiplied in a warm place, rounded to three decimals (Directive (EU) 2015/1127).

    ``hdd`` is a pure number (degree-days). Group ``none`` gives 1 whatever the place; a group without ``hdd`` is Refused. From
    2030 on, plants of the first group use the second group's line.

    >>> from tenderloop.methods import get
    >>> given = {"hdd": Fraction(2750), "ccf_group": "before_2015_09", "year": Fraction(2029)}
    >>> get("ccf").run(given).outputs["ccf"]
    Fraction(9, 8)
    >>> get("ccf").run(given | {"year": Fraction(2030)}).outputs["ccf"]
    Fraction(53, 50)
    """
    return {"ccf": _climate_factor(sheet, hdd, ccf_group, year)}


@method(
    name="r1",
    title="R1 energy efficiency of a municipal-waste incinerator",
    formula="R1 = (Ep - (Ef + Ei)) / (0.97 x (Ew + Ef)) x CCF; Ep = 2.6 x electricity + 1.1 x heat",
    source=f"{_R1_SOURCE}; {_CCF_SOURCE}",
    status="official",
    valid="incinerators dedicated to municipal solid waste; not co-incineration. R1 is no physical efficiency and may exceed 1",
    inputs=(
        Input("electricity", "Electricity produced, gross", "MWh/year", least=ZERO, source=_R1_SOURCE),
        Input("heat", "Heat produced for commercial use", "MWh/year", least=ZERO, source=_R1_SOURCE),
        Input("waste", "Waste treated", "t/year", least=ZERO),
        Input("lhv", "Lower heating value of the waste", "MJ/kg", least=Fraction(1), most=Fraction(45)),
        Input("fuel_input", "Ef: energy from fuels that help to raise steam", "MWh/year", default=ZERO, least=ZERO, source=_R1_SOURCE),
        Input("imported", "Ei: energy imported, other than waste and those fuels", "MWh/year", default=ZERO, least=ZERO, source=_R1_SOURCE),
        Input("permitted", "Permit date", kind="choice", options=("before_2009", "after_2008"), source=_R1_SOURCE),
        _HDD,
        _CCF_GROUP,
        _YEAR,
        Input("condensation", "Heat is also won by condensing flue gas", kind="yes_no", default=False),
    ),
    outputs=(
        Output("r1", "R1, not corrected", "1"),
        Output("ccf", "Climate correction factor", "1"),
        Output("r1_corrected", "R1 x CCF", "1"),
        Output("threshold", "Threshold", "1"),
        Output("margin", "R1 x CCF less the threshold", "1"),
        Output("reaches", "Reaches the threshold", None),
        Output("gross_electrical_efficiency", "Electricity per energy of waste and fuel", "%"),
        Output("total_efficiency", "Electricity and heat per energy of waste and fuel", "%"),
    ),
)
def r1(
    sheet: Sheet,
    *,
    electricity: Fraction,
    heat: Fraction,
    waste: Fraction,
    lhv: Fraction,
    fuel_input: Fraction,
    imported: Fraction,
    permitted: str,
    hdd: Fraction | None,
    ccf_group: str,
    year: Fraction | None,
    condensation: bool,
) -> Mapping[str, Fraction | str | None]:
    """Whether a plant that burns municipal waste recovers energy (R1) or disposes of waste (D10).

    Energies in MWh/year (the unit cancels), waste in t/year, heating value in MJ/kg as received. Threshold 0.60 for plants in
    operation and permitted before 1 January 2009, 0.65 for those permitted after 31 December 2008; reached means at or above. As
    the Commission's guidance is understood (unverified), electricity is gross with own use, and imported electricity enters ``imported``
    times 2.6, imported heat times 1.1. Refused: electricity and heat that exceed the energy of waste, fuel and import; a climate
    group without degree days; a permit before 2009 in the later climate group before 2030. Nothing is filled in for an unknown input.

    An electricity-only plant reaches 0.65 at a gross electrical efficiency of 24.25 %:

    >>> from tenderloop.methods import get
    >>> given = {"electricity": Fraction("2425"), "heat": Fraction(0), "waste": Fraction(3600), "lhv": Fraction(10)}
    >>> outputs = get("r1").run(given | {"permitted": "after_2008"}).outputs
    >>> outputs["r1"], outputs["reaches"], outputs["gross_electrical_efficiency"]
    (Fraction(13, 20), 'yes', Fraction(97, 4))
    """
    if permitted == "before_2009" and ccf_group == "after_2015_08":
        # From 2030 on the older plants use the later line, so the choice is right then and only then.
        if year is not None and year < 2030:
            raise Refused(
                f"a plant permitted before 2009 does not use the later climate factor in {plain(year)}",
                "ccf_group",
                "write before_2015_09 or none",
            )
        if year is None:
            sheet.note("A plant permitted before 2009 uses this climate factor only from 2030 on.")
    in_waste = sheet.step("Ew, energy in the waste", "waste x lhv / 3.6", waste * lhv / _GJ_PER_MWH, "MWh/year")
    fuel = in_waste + fuel_input
    if not fuel:
        raise Refused("no energy goes in: R1 has no value", "waste", "give the tonnes of waste burnt in a year")
    available = fuel + imported
    if electricity + heat > available * (_CONDENSATION_LIMIT if condensation else 1):
        raise Refused(
            f"electricity and heat ({plain(electricity + heat)} MWh/year) exceed the energy that goes in ({plain(available)} MWh/year)",
            "heat",
            "look for two nameplate values that cannot run at once (full power and full heat), power times 8,760 hours, "
            "or a heating value in kcal or gross; with flue-gas condensation say so",
        )
    if condensation:
        sheet.note("Heat from flue-gas condensation is not part of the lower heating value; the total efficiency may exceed 100 %.")
    produced = sheet.step(
        "Ep, energy produced", "2.6 x electricity + 1.1 x heat", Fraction("2.6") * electricity + Fraction("1.1") * heat, "MWh/year"
    )
    value = sheet.step("R1", "(Ep - (Ef + Ei)) / (0.97 x (Ew + Ef))", (produced - fuel_input - imported) / (Fraction("0.97") * fuel))
    factor = _climate_factor(sheet, hdd, ccf_group, year)
    corrected = sheet.step("R1 corrected", "R1 x CCF", value * factor)
    early = permitted == "before_2009"
    threshold = sheet.step(
        "Threshold",
        "permitted before 1 January 2009" if early else "permitted after 31 December 2008",
        Fraction("0.60") if early else Fraction("0.65"),
    )
    return {
        "r1": value,
        "ccf": factor,
        "r1_corrected": corrected,
        "threshold": threshold,
        "margin": corrected - threshold,
        "reaches": "yes" if corrected >= threshold else "no",
        "gross_electrical_efficiency": sheet.step(
            "Gross electrical efficiency", "electricity / (Ew + Ef)", HUNDRED * electricity / fuel, "%"
        ),
        "total_efficiency": sheet.step("Total efficiency", "(electricity + heat) / (Ew + Ef)", HUNDRED * (electricity + heat) / fuel, "%"),
    }


@method(
    name="thermal_capacity",
    title="Tonnes that a furnace can burn in a year",
    formula="tonnes = thermal power x hours x 3.6 / lhv",
    source="energy balance: a furnace is limited by its heat, not by tonnes",
    status="proposed",
    valid="at the thermal rating of the furnace; the grate's own limit in tonnes per hour is not looked at",
    inputs=(
        Input("thermal_power", "Thermal power of the waste input", "MW", least=ZERO),
        Input("hours", "Full-load hours", "h/year", least=ZERO, most=Fraction(8784)),
        Input("lhv", "Lower heating value of the waste", "MJ/kg", least=Fraction(1), most=Fraction(45)),
        Input("design_lhv", "Lower heating value in the design", "MJ/kg", optional=True, least=Fraction(1), most=Fraction(45)),
    ),
    outputs=(
        Output("tonnes", "Waste that fits", "t/year"),
        Output("tonnes_at_design", "Waste that fits at the design value", "t/year"),
        Output("change", "Change against the design", "%"),
    ),
)
def thermal_capacity(
    sheet: Sheet, *, thermal_power: Fraction, hours: Fraction, lhv: Fraction, design_lhv: Fraction | None
) -> Mapping[str, Fraction | str | None]:
    """Tonnes a year that fill a furnace of ``thermal_power`` MW (heat in the waste) in ``hours`` h/year at ``lhv`` MJ/kg.

    ``design_lhv`` unknown leaves ``tonnes_at_design`` and ``change`` unset. One kW of waste input takes 2.72 t/year at 10.6 MJ/kg
    and 8,000 hours (Danish Energy Agency figures, recomputed):

    >>> from tenderloop.methods import get
    >>> given = {"thermal_power": Fraction(1), "hours": Fraction(8000), "lhv": Fraction("10.6")}
    >>> round(get("thermal_capacity").run(given).outputs["tonnes"])
    2717
    """
    heat = thermal_power * hours * _GJ_PER_MWH
    sheet.step("Heat that the furnace takes", "thermal power x hours x 3.6", heat, "GJ/year")
    tonnes = sheet.step("Waste that fits", "heat / lhv", heat / lhv, "t/year")
    if design_lhv is None:
        return {"tonnes": tonnes}
    at_design = sheet.step("Waste that fits at the design value", "heat / design lhv", heat / design_lhv, "t/year")
    change = sheet.step("Change against the design", "design lhv / lhv - 1", HUNDRED * (design_lhv / lhv - 1), "%")
    return {"tonnes": tonnes, "tonnes_at_design": at_design, "change": change}


_WATER_HEAT = Fraction("2.443")  # MJ to evaporate 1 kg of water at 25 degC


def _component_heat(row: Row) -> tuple[Fraction, Fraction, Fraction, str]:
    """Low, middle and high heating value of one component as received, MJ/kg, and where they come from."""
    name = str(row["component"])
    given = cell(row, "lhv")
    if given is not None:
        return given, given, given, "given"
    table = read_table("component_heat")
    if name not in table:
        raise Refused(
            f"no heating value is known for '{name}'", "composition", "write its lower heating value as received in the column lhv"
        )
    entry = table[name]
    low, high = entry.number("low"), entry.number("high")
    middle = (low + high) / 2
    water = HUNDRED - dry if (dry := cell(row, "dm")) is not None else cell(row, "moisture")
    if water is None or not high:
        return low, middle, high, f"default {entry.status}, {entry.source}"
    # From the default's own water content to dry, then to the water given.
    usual = (HUNDRED - read_table("waste_carbon")[name].number("dry_matter")) / HUNDRED
    now = water / HUNDRED

    def moist(value: Fraction) -> Fraction:
        dry_value = (value + _WATER_HEAT * usual) / (1 - usual)
        return dry_value * (1 - now) - _WATER_HEAT * now

    return moist(low), moist(middle), moist(high), f"default {entry.status}, {entry.source}, brought to {plain(water)} % water"


def _mix_heat(sheet: Sheet, rows: Mapping[str, Row], mix: Mapping[str, Fraction], table: str) -> tuple[Fraction, Fraction, Fraction]:
    """Low, middle and high heating value of the mix, MJ/kg; the mix need not add up to 100 %."""
    low = middle = high = ZERO
    for name, share in mix.items():
        if not share:
            continue
        least, usual, most, origin = _component_heat(rows[name])
        sheet.step(f"{name}: heating value", origin, usual, "MJ/kg", table)
        sheet.step(f"{name}: contribution", "share x heating value", share * usual / HUNDRED, "MJ/kg", table)
        low, middle, high = low + share * least / HUNDRED, middle + share * usual / HUNDRED, high + share * most / HUNDRED
    return low, middle, high


_DEFAULT_HEAT_NOTE = (
    "Heating values of components are unverified defaults: the middle of a usual range is taken (ours), the ends give low and high."
    " Measure the waste before a plant is sized."
)


def _note_defaults(sheet: Sheet, composition: Sequence[Row]) -> None:
    if any(cell(row, "lhv") is None for row in composition):
        sheet.note(_DEFAULT_HEAT_NOTE)
    if any(cell(row, "lhv") is not None and (cell(row, "moisture") is not None or cell(row, "dm") is not None) for row in composition):
        sheet.note("Where a heating value as received is given, the water column does not change it.")


@method(
    name="heating_value",
    title="Lower heating value of a mix from its components",
    formula="lhv = sum of share x component lhv; component at another water content w: lhv = lhv_dry x (1 - w) - 2.443 x w",
    source="weighted mean; component ranges and the water formula well known, original not seen",
    status="unverified",
    valid="mixed municipal waste; a measurement of the waste itself is always better",
    inputs=(composition_input(),),
    outputs=(
        Output("lhv", "Lower heating value as received", "MJ/kg"),
        Output("lhv_low", "With the lower end of each default", "MJ/kg"),
        Output("lhv_high", "With the upper end of each default", "MJ/kg"),
    ),
)
def heating_value(sheet: Sheet, *, composition: Sequence[Row]) -> Mapping[str, Fraction | str | None]:
    """Lower heating value of the waste as received, in MJ/kg, from shares of wet mass in %.

    A row's ``lhv`` is its value as received and wins; else the default is taken, brought to the row's ``moisture`` (or ``dm``) if given.
    The result can be negative for very wet waste, which then does not burn. Nappies have no default: Refused without ``lhv``.

    >>> from tenderloop.methods import get
    >>> mix = [{"component": "plastics", "share": Fraction(10)}, {"component": "food", "share": Fraction(90)}]
    >>> get("heating_value").run({"composition": mix}).outputs["lhv"]
    Fraction(151, 20)
    """
    mix = shares(sheet, composition)
    low, middle, high = _mix_heat(sheet, {str(row["component"]): row for row in composition}, mix, "Heating value by component")
    _note_defaults(sheet, composition)
    return {"lhv": middle, "lhv_low": low, "lhv_high": high}


@method(
    name="heating_value_after_recycling",
    title="Heating value of what is left after recycling",
    formula="share after = share x (1 - captured) / sum of the same; lhv as in heating_value",
    source="mass balance; component values as in heating_value",
    status="unverified",
    valid="captured shares are of the component's own mass; water content of each component stays as it was",
    inputs=(
        composition_input(),
        Input(
            "captured",
            "Captured for recycling",
            kind="table",
            columns=(
                Column("component", None, "Component", options=COMPONENTS),
                Column("captured", "%", "Share of the component that is taken out", least=ZERO, most=HUNDRED),
            ),
        ),
    ),
    outputs=(
        Output("lhv_before", "Lower heating value before", "MJ/kg"),
        Output("lhv_after", "Lower heating value after", "MJ/kg"),
        Output("lhv_change", "Change of the heating value", "%"),
        Output("mass_left", "Mass left", "%"),
        Output("heat_left", "Heat left", "%"),
    ),
)
def heating_value_after_recycling(
    sheet: Sheet, *, composition: Sequence[Row], captured: Sequence[Row]
) -> Mapping[str, Fraction | str | None]:
    """What separate collection does to the fuel: mass left (%), heating value before and after (MJ/kg), composition after.

    A component that ``captured`` does not name stays whole. Taking out food raises the heating value, taking out plastics or paper
    lowers it. A captured component that the composition does not hold, or capture of everything, is Refused. ``lhv_change`` and
    ``heat_left`` stay unset when the waste had no positive heating value before.

    >>> from tenderloop.methods import get
    >>> mix = [{"component": "plastics", "share": Fraction(20)}, {"component": "food", "share": Fraction(80)}]
    >>> taken = [{"component": "food", "captured": Fraction(50)}]
    >>> outputs = get("heating_value_after_recycling").run({"composition": mix, "captured": taken}).outputs
    >>> outputs["mass_left"], outputs["lhv_before"], outputs["lhv_after"]
    (Fraction(60, 1), Fraction(53, 5), Fraction(44, 3))
    """
    mix = shares(sheet, composition)
    rows = {str(row["component"]): row for row in composition}
    total = sum(mix.values(), ZERO)
    # Per kg of what is there, so that before and after are on the same footing when the shares do not add up to 100 %.
    mix = {name: HUNDRED * share / total for name, share in mix.items()}
    mass_left, after = after_capture(mix, captured_shares(captured))
    for name, share in after.items():
        sheet.step(name, "share x (1 - captured) / mass left", share, "%", "Composition after")
    before_value = sheet.step("Heating value before", "sum", _mix_heat(sheet, rows, mix, "Heating value before")[1], "MJ/kg")
    after_value = sheet.step("Heating value after", "sum", _mix_heat(sheet, rows, after, "Heating value after")[1], "MJ/kg")
    _note_defaults(sheet, composition)
    usable = before_value > 0
    return {
        "lhv_before": before_value,
        "lhv_after": after_value,
        "lhv_change": HUNDRED * (after_value / before_value - 1) if usable else None,
        "mass_left": sheet.step("Mass left", "sum of share x (1 - captured)", mass_left, "%"),
        "heat_left": mass_left * after_value / before_value if usable else None,
    }


@method(
    name="energy_yield",
    title="Electricity per tonne of waste",
    formula="kWh per tonne = electricity / waste; heat content = lhv / 3.6; efficiency = one through the other",
    source="energy balance",
    status="proposed",
    valid="plants that burn nothing but waste; support fuel makes the yield look better than it is",
    inputs=(
        Input("electricity", "Electricity produced", "MWh/year", least=ZERO),
        Input("waste", "Waste treated", "t/year", least=ZERO),
        Input("lhv", "Lower heating value of the waste", "MJ/kg", least=Fraction(1), most=Fraction(45)),
    ),
    outputs=(
        Output("kwh_per_tonne", "Electricity per tonne", "kWh/t"),
        Output("heat_content", "Heat in a tonne", "kWh/t"),
        Output("efficiency", "Electrical efficiency", "%"),
    ),
)
def energy_yield(sheet: Sheet, *, electricity: Fraction, waste: Fraction, lhv: Fraction) -> Mapping[str, Fraction | str | None]:
    """Electricity per tonne in kWh/t, the heat in a tonne, and their ratio.

    More electricity than heat is Refused (units or boundaries are wrong). A note is written outside 400 to 850 kWh/t, the span of
    published electricity-only plants (derived).

    >>> from tenderloop.methods import get
    >>> given = {"electricity": Fraction(60000), "waste": Fraction(100000), "lhv": Fraction(9)}
    >>> outputs = get("energy_yield").run(given).outputs
    >>> outputs["kwh_per_tonne"], outputs["heat_content"], outputs["efficiency"]
    (Fraction(600, 1), Fraction(2500, 1), Fraction(24, 1))
    """
    if not waste:
        raise Refused("no waste is treated: the yield has no value", "waste")
    per_tonne = sheet.step("Electricity per tonne", "electricity x 1000 / waste", 1000 * electricity / waste, "kWh/t")
    content = sheet.step("Heat in a tonne", "lhv x 1000 / 3.6", 1000 * lhv / _GJ_PER_MWH, "kWh/t")
    if per_tonne > content:
        raise Refused(
            f"{plain(per_tonne)} kWh of electricity from a tonne that holds {plain(content)} kWh of heat",
            "electricity",
            "look for MWh written as kWh, tonnes of another year or plant, or a support fuel",
        )
    if per_tonne > 850:
        sheet.note("More than 850 kWh per tonne: above published electricity-only plants; ask for the reason (derived span).")
    elif per_tonne < 400:
        sheet.note("Less than 400 kWh per tonne: poor waste, poor availability or poor efficiency, or heat is sold instead (derived span).")
    efficiency = sheet.step("Electrical efficiency", "electricity per tonne / heat in a tonne", HUNDRED * per_tonne / content, "%")
    return {"kwh_per_tonne": per_tonne, "heat_content": content, "efficiency": efficiency}
