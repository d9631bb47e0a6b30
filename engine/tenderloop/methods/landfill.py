"""Methane from waste put in a landfill: first-order decay, as IPCC 2006 and as CDM Tool 04 count it.

Knows both published conventions and their default numbers. Must not know plants, packs or cases.

The two differ in one thing that matters: with IPCC 2006 the decay of a deposit starts on 1 January of the year after, with CDM Tool 04
in the year of deposit. With the same parameters the second is the first, one year earlier; the total over a long horizon is the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from tenderloop.methods.composition import BULK, HUNDRED, ZERO, cell, composition_input, shares
from tenderloop.methods.method import Column, Input, Output, Refused, Row, Sheet, method, plain, whole
from tenderloop.methods.tables import read_table
from tenderloop.methods.warming import GWP_INPUT, warming
from tenderloop.quantity import exp, to_significant

_METHANE_PER_CARBON = Fraction(16, 12)
_SOURCE = "IPCC 2006 Guidelines, Vol. 5, Ch. 3, Eq. 3.1 to 3.6, second-hand; k: Table 3.3 as in a public data set"
_SITES = read_table("landfill_sites").keys()
_ZONES = ("temperate_dry", "temperate_wet", "tropical_dry", "tropical_wet")
_SCENARIOS = read_table("gas_collection", 2).keys()


@method(
    name="landfill_methane",
    title="Landfill methane by first-order decay",
    formula="generated = sum over deposits and components of W x DOC x DOCf x MCF x F x 16/12 x (exp(-k(a-1)) - exp(-k a));"
    " emitted = (generated - recovered) x (1 - OX)",
    source=f"{_SOURCE}; CDM Tool 04 v8, second-hand",
    status="unverified",
    valid="municipal waste in a landfill or dump; one set of k in one run; no published k for nappies",
    inputs=(
        composition_input(bulk=True),
        Input(
            "convention",
            "When decay starts: the year after the deposit (ipcc) or in its year (cdm_tool_04)",
            kind="choice",
            default="ipcc",
            options=("ipcc", "cdm_tool_04"),
            source=_SOURCE,
        ),
        Input("zone", "Climate: mean yearly temperature up to 20 degC or above, dry or wet", kind="choice", options=_ZONES),
        Input("site", "Kind of site", kind="choice", options=_SITES),
        Input("years", "Years looked at, from the first deposit on", "year", least=Fraction(1), most=Fraction(200)),
        Input("waste", "Waste deposited in every year", "t/year", optional=True, least=ZERO),
        Input("deposit_years", "Years of deposit", "year", optional=True, least=Fraction(1), most=Fraction(200)),
        Input(
            "deposits",
            "Waste deposited by year",
            kind="table",
            optional=True,
            columns=(Column("year", "1", "Calendar year"), Column("tonnes", "t/year", "Waste deposited", least=ZERO)),
        ),
        Input("start_year", "Calendar year of the first deposit", "1", optional=True, least=Fraction(1900), most=Fraction(2300)),
        Input(
            "recovery_scenario",
            "Gas collected: none, a constant share, or by the age of the waste",
            kind="choice",
            options=("none", "constant", *_SCENARIOS),
            source="after Barlaz et al., as in USEPA/lfg-calc-py",
        ),
        Input("recovery", "Share of the gas collected, when constant", "%", optional=True, least=ZERO, most=HUNDRED),
        Input("destruction", "Share of collected methane destroyed", "%", default=HUNDRED, least=ZERO, most=HUNDRED, source="IPCC Eq. 3.1"),
        Input(
            "oxidation",
            "Methane oxidised in the cover",
            "%",
            default=ZERO,
            least=ZERO,
            most=HUNDRED,
            source="0; 10 % under a managed oxidising cover",
        ),
        Input(
            "docf", "Share of degradable carbon that decays", "%", default=Fraction(50), least=ZERO, most=HUNDRED, source="IPCC 2006, 0.5"
        ),
        Input(
            "methane_share",
            "F: methane in landfill gas, by volume",
            "%",
            default=Fraction(50),
            least=ZERO,
            most=HUNDRED,
            source="IPCC 2006, 0.5",
        ),
        Input("phi", "Model correction of CDM Tool 04", "1", optional=True, least=ZERO, most=Fraction(1)),
        GWP_INPUT,
    ),
    outputs=(
        Output("total_ch4", "Methane emitted in the years looked at", "t"),
        Output("total_co2e", "The same as CO2e", "tCO2e"),
        Output("per_tonne", "CO2e per tonne of waste deposited", "kgCO2e/t"),
        Output("potential_ch4", "Methane that the waste can generate in all time", "t"),
        Output("generated_share", "Share of that generated in the years looked at", "%"),
        Output("first_year_share", "First year with methane, as a share of the total emitted", "%"),
        Output("peak_year", "Year with the most methane", "1"),
    ),
)
def landfill_methane(
    sheet: Sheet,
    *,
    composition: Sequence[Row],
    convention: str,
    zone: str,
    site: str,
    years: Fraction,
    waste: Fraction | None,
    deposit_years: Fraction | None,
    deposits: Sequence[Row] | None,
    start_year: Fraction | None,
    recovery_scenario: str,
    recovery: Fraction | None,
    destruction: Fraction,
    oxidation: Fraction,
    docf: Fraction,
    methane_share: Fraction,
    phi: Fraction | None,
    gwp: str,
) -> Mapping[str, Fraction | str | None]:
    """Methane (t) and CO2e (t, and kg per tonne of waste) that deposits emit within ``years`` from the first deposit on.

    Give ``waste`` (t/year) with ``deposit_years``, or the table ``deposits``. ``zone`` and ``component`` pick k (1/year); a row may give
    its own ``k`` and ``doc`` (% of wet mass). Recovery is subtracted before oxidation; collected methane that is not destroyed passes
    without oxidation. A scenario collects by the whole years since the deposit. ``phi`` belongs to CDM Tool 04 and must be given there
    (0.75, 0.80 and 0.85 are in use, unverified); with ``ipcc`` it is Refused. Nappies without ``k`` are Refused: none is published.
    Powers of e are rounded to 12 significant digits.

    Over a long time the total tends to W x DOC x DOCf x MCF x F x 16/12, here 1000 x 0.15 x 0.5 x 1 x 0.5 x 4/3 = 50 t:

    >>> from tenderloop.methods import get
    >>> given = {"composition": [{"component": "food", "share": Fraction(100)}], "zone": "tropical_wet", "site": "managed_anaerobic",
    ...          "waste": Fraction(1000), "deposit_years": Fraction(1), "recovery_scenario": "none", "years": Fraction(60)}
    >>> outputs = get("landfill_methane").run(given).outputs
    >>> outputs["potential_ch4"], round(float(outputs["total_ch4"]), 6)
    (Fraction(50, 1), 50.0)
    """
    cdm = convention == "cdm_tool_04"
    if cdm and phi is None:
        raise Refused("CDM Tool 04 needs its model correction phi", "phi", "0.75 to 0.85 are in use (unverified); 1 applies no correction")
    if not cdm and phi is not None:
        raise Refused("phi belongs to CDM Tool 04, not to the IPCC convention", "phi", "leave phi out or choose cdm_tool_04")
    correction = Fraction(1) if phi is None else phi
    collected = _collection(sheet, recovery_scenario, recovery)
    horizon = whole(years, "years")
    tonnes = _deposits(waste, deposit_years, deposits, start_year, horizon)
    all_waste = sum(tonnes.values(), ZERO)
    mcf = read_table("landfill_sites")[site].number("mcf")
    sheet.step("MCF", f"site: {site}", mcf)
    factor = docf / HUNDRED * mcf * methane_share / HUNDRED * _METHANE_PER_CARBON * correction

    # Methane that one tonne generates in the year in which it is `age` years old.
    lag = 0 if cdm else 1
    kernel = [ZERO] * (horizon + 1)
    potential = ZERO
    for name, doc, rate in _components(sheet, composition, zone):
        each = doc / HUNDRED * factor
        potential += sheet.step(f"{name}: methane in all time", "share x DOC x DOCf x MCF x F x 16/12", each, "t/t", "Methane potential")
        left = [exp(-rate * age) for age in range(horizon + 1)]
        for age in range(lag, horizon):
            # What is there at the start of the year less what is there at its end: the sum over years then loses nothing to rounding.
            kernel[age] += each * (left[age - lag] - left[age - lag + 1])

    first = min(tonnes)
    generated = ZERO
    emitted: dict[int, Fraction] = {}
    for year in range(first, first + horizon):
        ages = [(year - deposited, mass) for deposited, mass in tonnes.items() if deposited <= year]
        gas = sum((mass * kernel[age] for age, mass in ages), ZERO)
        caught = sum((mass * kernel[age] * collected(age) for age, mass in ages), ZERO)
        leak = caught * (HUNDRED - destruction) / HUNDRED
        # Summed exactly and rounded for the sheet only: rounding every year could add up to more methane than there is.
        emitted[year] = (gas - caught) * (HUNDRED - oxidation) / HUNDRED + leak
        generated += gas
        sheet.step(f"{year}: methane", "(generated - recovered) x (1 - OX)", to_significant(emitted[year]), "t/year", "Methane by year")
    total = sheet.step("Methane emitted", "sum", to_significant(sum(emitted.values(), ZERO)), "t")
    potentials = warming(gwp)
    co2e = sheet.step("CO2e", "methane x warming potential", total * potentials.number("ch4_non_fossil"), "tCO2e")
    all_time = potential * all_waste
    sheet.note(
        f"Decay starts {'in the year of deposit (CDM Tool 04)' if cdm else 'in the year after deposit (IPCC 2006)'}. "
        f"Decay rates: IPCC 2006, Table 3.3, unless the composition gives its own. Warming potentials: {potentials.text('title')}."
    )
    _note_horizon(sheet, generated, all_time, horizon)
    earliest = next((amount for amount in emitted.values() if amount), None)
    return {
        "total_ch4": total,
        "total_co2e": co2e,
        "per_tonne": 1000 * co2e / all_waste if all_waste else None,
        "potential_ch4": all_time,
        "generated_share": to_significant(HUNDRED * generated / all_time) if all_time else None,
        "first_year_share": to_significant(HUNDRED * earliest / total) if earliest else None,
        "peak_year": Fraction(max(emitted, key=lambda year: emitted[year])) if total else None,
    }


def _collection(sheet: Sheet, scenario: str, recovery: Fraction | None) -> _Collection:
    if scenario == "constant":
        if recovery is None:
            raise Refused("a constant recovery needs its share", "recovery")
        sheet.note(
            "One rate for all years overstates what is caught from food waste: most of it decays while little gas is collected (derived)."
        )
        return _Collection((recovery / HUNDRED,))
    if recovery is not None:
        raise Refused(f"a recovery share is given, but the scenario is '{scenario}'", "recovery", "write recovery_scenario: constant")
    if scenario == "none":
        return _Collection((ZERO,))
    by_age = {
        int(entry.text("age")): entry.number("collected") for entry in read_table("gas_collection", 2) if entry.text("scenario") == scenario
    }
    return _Collection(tuple(by_age[age] / HUNDRED for age in range(len(by_age))))


class _Collection:
    """Share of the gas caught, by whole years since the deposit; the last value holds for later years."""

    def __init__(self, by_age: tuple[Fraction, ...]) -> None:
        self._by_age = by_age

    def __call__(self, age: int) -> Fraction:
        return self._by_age[min(age, len(self._by_age) - 1)]


def _deposits(
    waste: Fraction | None, deposit_years: Fraction | None, deposits: Sequence[Row] | None, start_year: Fraction | None, horizon: int
) -> dict[int, Fraction]:
    if deposits is not None:
        if waste is not None or deposit_years is not None or start_year is not None:
            raise Refused("deposits are given twice, by year and as a constant flow", "deposits", "give the table alone")
        found = {whole(cell(row, "year") or ZERO, "deposits"): cell(row, "tonnes") or ZERO for row in deposits}
        if max(found) - min(found) >= horizon:
            raise Refused("a deposit lies after the last year looked at", "years", f"look at {max(found) - min(found) + 1} years at least")
        return dict(sorted(found.items()))
    if waste is None or deposit_years is None:
        raise Refused(
            "deposits are needed", "waste" if waste is None else "deposit_years", "give waste and deposit_years, or the table deposits"
        )
    count = whole(deposit_years, "deposit_years")
    if count > horizon:
        raise Refused("a deposit lies after the last year looked at", "years", f"look at {count} years at least")
    first = 1 if start_year is None else whole(start_year, "start_year")
    return {first + index: waste for index in range(count)}


def _components(sheet: Sheet, composition: Sequence[Row], zone: str) -> list[tuple[str, Fraction, Fraction]]:
    """What decays: name, degradable carbon in % of the whole waste's wet mass, and k per year."""
    mix = shares(sheet, composition)
    if BULK in mix and mix[BULK] != HUNDRED:
        raise Refused("'bulk' stands for the whole waste", "composition", "write bulk 100 %, or components")
    rates, carbon = read_table("landfill_decay", 2), read_table("degradable_carbon")
    found = []
    for row in composition:
        name = str(row["component"])
        own = cell(row, "doc")
        doc = carbon[name].number("doc") if own is None else own
        if name == "rubber" and own is None and mix[name]:
            sheet.note("Rubber and leather are counted as not decaying (IPCC sets their carbon in brackets).")
        if not doc or not mix[name]:
            continue
        rate = cell(row, "k")
        origin = "given"
        if rate is None:
            if (name, zone) not in rates:
                raise Refused(
                    f"no decay rate is published for '{name}'", "composition", "write k (1/year) in its row, or doc 0 % to leave it out"
                )
            rate, origin = rates[name, zone].number("k"), rates[name, zone].source
        sheet.step(f"{name}: DOC", "given" if own is not None else carbon[name].source, doc, "%", "Degradable carbon and decay")
        sheet.step(f"{name}: k", origin, rate, "1/year", "Degradable carbon and decay")
        found.append((name, mix[name] * doc / HUNDRED, rate))
    return found


def _note_horizon(sheet: Sheet, generated: Fraction, all_time: Fraction, horizon: int) -> None:
    if all_time and generated < all_time * Fraction(99, 100):
        share = plain(to_significant(HUNDRED * generated / all_time, 3))
        sheet.note(f"Within the {horizon} years {share} % of the methane is generated; the rest comes later and is not counted.")
