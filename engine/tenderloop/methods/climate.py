"""Greenhouse gases of burning waste: IPCC 2006 and CDM ACM0022 combustion, what the grid saves, and the net balance of a project.

Knows IPCC 2006 Vol. 5 Chapter 5 and ACM0022 Eq. 22. Must not know landfills (their methane comes in as a number), packs or cases.
Warming is over 100 years; methane takes the non-fossil value, since the fossil one would count the carbon dioxide of its oxidation twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tenderloop.methods.composition import HUNDRED, ZERO, cell, composition_input, dry_matter, shares, with_plastics
from tenderloop.methods.method import Column, Input, Output, Refused, Row, Sheet, method, whole
from tenderloop.methods.tables import Entry, read_table
from tenderloop.methods.warming import GWP_INPUT, warming
from tenderloop.quantity import to_significant

_CO2_PER_CARBON = Fraction(44, 12)
_POINTS = Fraction(5)  # sensitivity: five points of plastics more and less

_IPCC_SOURCE = "IPCC 2006 Guidelines, Vol. 5, Eq. 5.2; Tables 2.4, 5.3 and 5.6 as transcribed in a public data set"
_ACM_SOURCE = "CDM methodology ACM0022 v03, Eq. 22, second-hand"

_WASTE = Input("waste", "Waste burnt", "t/year", least=ZERO)
_TECHNOLOGY = Input(
    "technology",
    "How the waste is burnt",
    kind="choice",
    default="continuous",
    options=("continuous", "semi_continuous", "batch", "open_burning"),
    source="usual for new plants",
)
_FURNACE = Input("furnace", "Furnace", kind="choice", default="stoker", options=("stoker", "fluidised_bed"), source="usual for mixed waste")
_OXIDATION = Input(
    "oxidation",
    "Share of carbon oxidised; if not given 100 %, open burning 58 %",
    "%",
    optional=True,
    least=ZERO,
    most=HUNDRED,
    source="IPCC 2006 Guidelines, Vol. 5",
)


@dataclass(frozen=True)
class _Burnt:
    """Emissions of one tonne of wet waste, in kgCO2e/t; biogenic carbon dioxide is information only."""

    fossil: Fraction
    biogenic: Fraction
    ch4: Fraction
    n2o: Fraction
    plastics: Fraction

    @property
    def total(self) -> Fraction:
        return self.fossil + self.ch4 + self.n2o


def _factors(technology: str, furnace: str) -> Entry:
    table = read_table("incineration_factors", 2)
    if technology == "open_burning":
        if furnace != "stoker":
            raise Refused("open burning has no furnace", "furnace", "leave the furnace out")
        return table["open_burning", "none"]
    return table[technology, furnace]


def _burn(
    sheet: Sheet,
    rows: Mapping[str, Row],
    mix: Mapping[str, Fraction],
    technology: str,
    furnace: str,
    oxidation: Fraction | None,
    gwp: str,
) -> _Burnt:
    carbon_table = read_table("waste_carbon")
    factors, potentials = _factors(technology, furnace), warming(gwp)
    oxidised = factors.number("oxidation") if oxidation is None else oxidation
    fossil = biogenic = dry_mass = plastics = ZERO
    for name, share in mix.items():
        defaults = carbon_table[name]
        # 5 points more plastics may bring in a component that the case's table does not hold: then the defaults stand
        row = rows.get(name, {})
        dry = defaults.number("dry_matter") if (given := dry_matter(row)) is None else given
        carbon = defaults.number("total_carbon") if (given := cell(row, "cf")) is None else given
        of_fossil = defaults.number("fossil_carbon") if (given := cell(row, "fcf")) is None else given
        dry_mass += share * dry / HUNDRED
        oxidised_co2 = 1000 * share * dry * carbon * oxidised / HUNDRED**4 * _CO2_PER_CARBON
        part = sheet.step(
            f"{name}: fossil CO2", "share x dm x cf x fcf x oxidation x 44/12", oxidised_co2 * of_fossil / HUNDRED, "kgCO2e/t", "Combustion"
        )
        fossil += part
        biogenic += oxidised_co2 * (HUNDRED - of_fossil) / HUNDRED
        if name == "plastics":
            plastics = part
    ch4 = factors.number("ch4_g_per_t") * potentials.number("ch4_non_fossil") / 1000
    mass = dry_mass / HUNDRED if factors.text("n2o_basis") == "dry" else Fraction(1)
    n2o = factors.number("n2o_g_per_t") * mass * potentials.number("n2o") / 1000
    sheet.step("CH4", "factor x warming potential", ch4, "kgCO2e/t", "Combustion")
    sheet.step("N2O", "factor x warming potential" if mass == 1 else "factor x dry mass x warming potential", n2o, "kgCO2e/t", "Combustion")
    return _Burnt(fossil, biogenic, ch4, n2o, plastics)


def _shifted(
    rows: Mapping[str, Row], mix: Mapping[str, Fraction], technology: str, furnace: str, oxidation: Fraction | None, gwp: str
) -> tuple[_Burnt | None, _Burnt | None]:
    """The same with five points of plastics less and more; None when plastics are all there is."""
    less, more = (
        None if (changed := with_plastics(mix, points)) is None else _burn(Sheet(), rows, changed, technology, furnace, oxidation, gwp)
        for points in (-_POINTS, _POINTS)
    )
    return less, more


def _note_sources(sheet: Sheet, gwp: str) -> None:
    sheet.note(
        "Carbon table: IPCC 2006, Vol. 5, Table 2.4; ACM0022 gives another, higher answer for the same waste. "
        f"Warming potentials: {warming(gwp).text('title')}."
    )


@method(
    name="incineration_emissions",
    title="Greenhouse gases of burning waste, IPCC 2006",
    formula="fossil CO2 = sum of waste x share x dm x cf x fcf x oxidation x 44/12; CH4, N2O = waste x factor x warming potential",
    source=_IPCC_SOURCE,
    status="published",
    valid="municipal solid waste; shares of wet mass; plastics usually carry over nine tenths of fossil CO2: look at the sensitivity",
    inputs=(composition_input(), _WASTE, _TECHNOLOGY, _FURNACE, _OXIDATION, GWP_INPUT),
    outputs=(
        Output("fossil_co2", "Fossil CO2", "tCO2e/year"),
        Output("biogenic_co2", "Biogenic CO2, for information, not in the total", "tCO2e/year"),
        Output("ch4", "Methane", "tCO2e/year"),
        Output("n2o", "Nitrous oxide", "tCO2e/year"),
        Output("total", "Fossil CO2, CH4 and N2O", "tCO2e/year"),
        Output("per_tonne", "Total per tonne of waste", "kgCO2e/t"),
        Output("fossil_co2_per_tonne", "Fossil CO2 per tonne of waste", "kgCO2e/t"),
        Output("plastics_share", "Share of fossil CO2 that comes from plastics", "%"),
        Output("per_tonne_plastics_minus_5", "Total per tonne with 5 points less plastics", "kgCO2e/t"),
        Output("per_tonne_plastics_plus_5", "Total per tonne with 5 points more plastics", "kgCO2e/t"),
    ),
)
def incineration_emissions(
    sheet: Sheet,
    *,
    composition: Sequence[Row],
    waste: Fraction,
    technology: str,
    furnace: str,
    oxidation: Fraction | None,
    gwp: str,
) -> Mapping[str, Fraction | str | None]:
    """Fossil and biogenic CO2, CH4 and N2O of ``waste`` t/year burnt, by IPCC 2006 Vol. 5 Eq. 5.2.

    A row may replace the defaults of Table 2.4: ``dm`` (or ``moisture``), ``cf``, ``fcf``, all in %. The total leaves biogenic CO2 out,
    as the guidelines do. Five points more plastics take the place of all other components in proportion; the sensitivity is unset when
    plastics are all there is, ``plastics_share`` when there is no fossil carbon.

    Western Europe (33.2 % food, 20.5 % plastics, …) gives 599 kg of fossil CO2 per tonne:

    >>> from tenderloop.methods import get
    >>> mix = {"food": "33.2", "garden": "2.7", "wood": "2.3", "paper": "17.2", "textiles": "5.9", "plastics": "20.5",
    ...        "metal": "1.5", "glass": "1.4", "other": "15.3"}
    >>> rows = [{"component": name, "share": Fraction(share)} for name, share in mix.items()]
    >>> outputs = get("incineration_emissions").run({"composition": rows, "waste": Fraction(1000)}).outputs
    >>> round(outputs["fossil_co2_per_tonne"]), round(outputs["plastics_share"])
    (599, 94)
    """
    mix = shares(sheet, composition)
    rows = {str(row["component"]): row for row in composition}
    burnt = _burn(sheet, rows, mix, technology, furnace, oxidation, gwp)
    less, more = _shifted(rows, mix, technology, furnace, oxidation, gwp)
    _note_sources(sheet, gwp)
    return {
        "fossil_co2": sheet.step("Fossil CO2", "waste x sum of components", waste * burnt.fossil / 1000, "tCO2e/year"),
        "biogenic_co2": sheet.step("Biogenic CO2 (information)", "waste x sum of components", waste * burnt.biogenic / 1000, "tCO2e/year"),
        "ch4": sheet.step("Methane", "waste x CH4 per tonne", waste * burnt.ch4 / 1000, "tCO2e/year"),
        "n2o": sheet.step("Nitrous oxide", "waste x N2O per tonne", waste * burnt.n2o / 1000, "tCO2e/year"),
        "total": sheet.step("Total", "fossil CO2 + CH4 + N2O", waste * burnt.total / 1000, "tCO2e/year"),
        "per_tonne": burnt.total,
        "fossil_co2_per_tonne": burnt.fossil,
        "plastics_share": HUNDRED * burnt.plastics / burnt.fossil if burnt.fossil else None,
        "per_tonne_plastics_minus_5": less.total if less else None,
        "per_tonne_plastics_plus_5": more.total if more else None,
    }


# ACM0022 multiplies the IPCC factors of a continuous stoker furnace by 1.21 to be on the safe side.
_SAFETY = Fraction("1.21")
_METHANE_PER_COD = Fraction("0.25")  # B_o, t CH4 per t of chemical oxygen demand


@method(
    name="acm0022_emissions",
    title="Project emissions of burning waste, CDM ACM0022",
    formula="CO2 = efficiency x 44/12 x sum of waste x share x FCC x FFC; CH4, N2O = waste x 1.21 x factor x warming potential; "
    "waste water = volume x COD x 0.25 x MCF x warming potential",
    source=_ACM_SOURCE,
    status="unverified",
    valid="continuous stoker furnaces; carbon per tonne of wet waste, no dry-matter term; higher than the IPCC table by design",
    inputs=(
        composition_input(),
        _WASTE,
        Input(
            "combustion_efficiency",
            "Share of fossil carbon burnt",
            "%",
            default=HUNDRED,
            least=ZERO,
            most=HUNDRED,
            source="everything burns (ours, the safe side)",
        ),
        Input("wastewater", "Waste water treated without air", "m3/year", default=ZERO, least=ZERO),
        Input("cod", "Chemical oxygen demand of that waste water", "kg/m3", optional=True, least=ZERO),
        Input(
            "wastewater_mcf",
            "Methane correction factor of its treatment",
            "1",
            default=Fraction("0.8"),
            least=ZERO,
            most=Fraction(1),
            source=_ACM_SOURCE,
        ),
        GWP_INPUT,
    ),
    outputs=(
        Output("fossil_co2", "Fossil CO2", "tCO2e/year"),
        Output("ch4", "Methane of combustion", "tCO2e/year"),
        Output("n2o", "Nitrous oxide", "tCO2e/year"),
        Output("wastewater_ch4", "Methane of waste water", "tCO2e/year"),
        Output("total", "Project emissions", "tCO2e/year"),
        Output("per_tonne", "Total per tonne of waste", "kgCO2e/t"),
        Output("fossil_co2_per_tonne", "Fossil CO2 per tonne of waste", "kgCO2e/t"),
    ),
)
def acm0022_emissions(
    sheet: Sheet,
    *,
    composition: Sequence[Row],
    waste: Fraction,
    combustion_efficiency: Fraction,
    wastewater: Fraction,
    cod: Fraction | None,
    wastewater_mcf: Fraction,
    gwp: str,
) -> Mapping[str, Fraction | str | None]:
    """Project emissions as carbon projects count them (ACM0022 v03). ``waste`` in t/year, ``cod`` in kg per m3 of waste water.

    The columns of the composition other than ``share`` are not read: the methodology fixes its own table. Waste water without its
    chemical oxygen demand is Refused. ``per_tonne`` is unset when no waste is burnt.

    >>> from tenderloop.methods import get
    >>> rows = [{"component": "plastics", "share": Fraction(10)}, {"component": "food", "share": Fraction(90)}]
    >>> outputs = get("acm0022_emissions").run({"composition": rows, "waste": Fraction(1200), "gwp": "ar5"}).outputs
    >>> outputs["fossil_co2"], outputs["fossil_co2_per_tonne"]  # 120 t x 0.85 x 44/12
    (Fraction(374, 1), Fraction(935, 3))
    """
    mix = shares(sheet, composition)
    table, potentials = read_table("acm0022_carbon"), warming(gwp)
    continuous = _factors("continuous", "stoker")
    fossil = ZERO
    for name, share in mix.items():
        carbon, of_fossil = table[name].number("carbon_wet"), table[name].number("fossil_carbon")
        each = 1000 * share * carbon * of_fossil * combustion_efficiency / HUNDRED**4 * _CO2_PER_CARBON
        fossil += sheet.step(f"{name}: fossil CO2", "share x FCC x FFC x efficiency x 44/12", each, "kgCO2e/t", "Combustion")
    if wastewater and cod is None:
        raise Refused(
            "waste water is given without its chemical oxygen demand", "cod", "give kg of COD per m3, or leave the waste water out"
        )
    co2 = sheet.step("Fossil CO2", "waste x sum of components", waste * fossil / 1000, "tCO2e/year")
    ch4 = _SAFETY * continuous.number("ch4_g_per_t") * potentials.number("ch4_non_fossil") * waste / 10**6
    n2o = _SAFETY * continuous.number("n2o_g_per_t") * potentials.number("n2o") * waste / 10**6
    sheet.step("Methane of combustion", "waste x 1.21 x 0.2 g/t x warming potential", ch4, "tCO2e/year")
    sheet.step("Nitrous oxide", "waste x 1.21 x 50 g/t x warming potential", n2o, "tCO2e/year")
    water = wastewater * (cod or ZERO) / 1000 * _METHANE_PER_COD * wastewater_mcf * potentials.number("ch4_non_fossil")
    sheet.step("Methane of waste water", "volume x COD x 0.25 x MCF x warming potential", water, "tCO2e/year")
    total = sheet.step("Project emissions", "sum", co2 + ch4 + n2o + water, "tCO2e/year")
    sheet.note(f"Carbon table: ACM0022 v03, second-hand, not IPCC Table 2.4. Warming potentials: {potentials.text('title')}.")
    return {
        "fossil_co2": co2,
        "ch4": ch4,
        "n2o": n2o,
        "wastewater_ch4": water,
        "total": total,
        "per_tonne": 1000 * total / waste if waste else None,
        "fossil_co2_per_tonne": fossil,
    }


_GRID_INPUTS = (
    Input("grid_factor", "Grid emission factor in the first year", "kgCO2e/MWh", optional=True, least=ZERO, most=Fraction(2000)),
    Input("grid_decline", "Yearly decline of the grid factor, of the year before", "%", optional=True, most=HUNDRED),
    Input(
        "grid_path",
        "Grid emission factor by year",
        kind="table",
        optional=True,
        columns=(Column("year", "1", "Calendar year"), Column("factor", "kgCO2e/MWh", "Emission factor", least=ZERO, most=Fraction(2000))),
    ),
    Input("start_year", "Calendar year of the first year of operation", "1", optional=True, least=Fraction(1900), most=Fraction(2300)),
)


def _grid_factor(year: int, start: int, factor: Fraction | None, decline: Fraction | None, path: Mapping[int, Fraction] | None) -> Fraction:
    if path is None:
        assert factor is not None
        assert decline is not None
        return to_significant(factor * (1 - decline / HUNDRED) ** (year - start))
    if year in path:
        return path[year]
    before = max((known for known in path if known < year), default=None)
    after = min((known for known in path if known > year), default=None)
    if before is None or after is None:
        raise Refused(f"the grid path does not reach {year}", "grid_path", "give the factor of the first and of the last year at least")
    return path[before] + (path[after] - path[before]) * (year - before) / (after - before)


def _grid_path(
    factor: Fraction | None, decline: Fraction | None, path: Sequence[Row] | None, start_year: Fraction | None
) -> Mapping[int, Fraction] | None:
    """The path as a mapping, None when the factor falls at a yearly rate; Refused unless exactly one of the two is given."""
    if path is not None:
        if factor is not None or decline is not None:
            raise Refused("a grid path and a grid factor are both given", "grid_path", "give one of the two")
        if start_year is None:
            raise Refused("a grid path needs the first year of operation", "start_year")
        return {whole(cell(row, "year") or ZERO, "grid_path"): cell(row, "factor") or ZERO for row in path}
    if factor is None or decline is None:
        raise Refused(
            "the grid's factor and its yearly decline are both needed",
            "grid_factor" if factor is None else "grid_decline",
            "give both, or a table grid_path; write a decline of 0 % only if you can defend it",
        )
    return None


@method(
    name="grid_displacement",
    title="What exported electricity saves on a grid that becomes cleaner",
    formula="saved = sum over years of electricity x grid factor; factor = first factor x (1 - decline)^(year - first year), or by table",
    source="product of energy and emission factor; the falling path follows the advice to test a decarbonising grid (derived)",
    status="proposed",
    valid="average or marginal factor, but the same through the whole path; say which in the evidence",
    inputs=(
        Input("electricity", "Electricity exported in every year", "MWh/year", optional=True, least=ZERO),
        Input("years", "Years of operation", "year", optional=True, least=Fraction(1), most=Fraction(100)),
        Input(
            "electricity_by_year",
            "Electricity exported by year",
            kind="table",
            optional=True,
            columns=(Column("year", "1", "Calendar year"), Column("electricity", "MWh/year", "Electricity exported", least=ZERO)),
        ),
        *_GRID_INPUTS,
    ),
    outputs=(
        Output("total", "Saved over all years", "tCO2e"),
        Output("first_year", "Saved in the first year", "tCO2e/year"),
        Output("last_year", "Saved in the last year", "tCO2e/year"),
        Output("mean_factor", "Mean grid factor of the electricity exported", "kgCO2e/MWh"),
    ),
)
def grid_displacement(
    sheet: Sheet,
    *,
    electricity: Fraction | None,
    years: Fraction | None,
    electricity_by_year: Sequence[Row] | None,
    grid_factor: Fraction | None,
    grid_decline: Fraction | None,
    grid_path: Sequence[Row] | None,
    start_year: Fraction | None,
) -> Mapping[str, Fraction | str | None]:
    """Emissions that exported electricity takes the place of, year by year.

    Give ``electricity`` (MWh/year) with ``years``, or the table ``electricity_by_year``; and ``grid_factor`` (kgCO2e/MWh, of the first
    year) with ``grid_decline`` (%, of the year before), or the table ``grid_path`` with ``start_year``. Between two years of the path the
    factor runs in a straight line; beyond its ends nothing is guessed: Refused. Yearly factors are rounded to 12 significant digits.

    A constant claim of 25 years x 400 kg/MWh would be two fifths above the one with a decline of 3 % a year:

    >>> from tenderloop.methods import get
    >>> given = {"electricity": Fraction(1000), "years": Fraction(25), "grid_factor": Fraction(400)}
    >>> falling = get("grid_displacement").run(given | {"grid_decline": Fraction(3)}).outputs
    >>> constant = get("grid_displacement").run(given | {"grid_decline": Fraction(0)}).outputs
    >>> constant["total"], round(falling["total"]), round(falling["last_year"])
    (Fraction(10000, 1), 7107, 193)
    """
    path = _grid_path(grid_factor, grid_decline, grid_path, start_year)
    exported: dict[int, Fraction]
    if electricity_by_year is not None:
        if electricity is not None or years is not None:
            raise Refused("electricity is given twice, by year and for every year", "electricity_by_year", "give one of the two")
        found = {whole(cell(row, "year") or ZERO, "electricity_by_year"): cell(row, "electricity") or ZERO for row in electricity_by_year}
        exported = dict(sorted(found.items()))
        start = min(exported) if start_year is None else whole(start_year, "start_year")
        if min(exported) < start:
            raise Refused(f"electricity is exported in {min(exported)}, before the first year of operation", "electricity_by_year")
    else:
        if electricity is None or years is None:
            raise Refused(
                "electricity and years are both needed", "electricity" if electricity is None else "years", "or give electricity_by_year"
            )
        start = 1 if start_year is None else whole(start_year, "start_year")
        exported = {start + index: electricity for index in range(whole(years, "years"))}
    saved: list[Fraction] = []
    for year, energy in exported.items():
        factor = sheet.step(
            f"{year}: grid factor",
            "given path" if path else "first factor x (1 - decline)^n",
            _grid_factor(year, start, grid_factor, grid_decline, path),
            "kgCO2e/MWh",
            "By year",
        )
        saved.append(sheet.step(f"{year}: saved", "electricity x factor", energy * factor / 1000, "tCO2e/year", "By year"))
    total = sheet.step("Saved over all years", "sum", sum(saved, ZERO), "tCO2e")
    energy = sum(exported.values(), ZERO)
    return {
        "total": total,
        "first_year": saved[0],
        "last_year": saved[-1],
        "mean_factor": 1000 * total / energy if energy else None,
    }


@method(
    name="net_ghg",
    title="Net greenhouse gases of a waste-to-energy project over its term",
    formula="net = combustion + auxiliary fuel + transport + ash - electricity x grid factor - heat x heat factor - metals x credit"
    " (- avoided landfill, stated apart)",
    source=f"structure derived from IPCC 2006 Vol. 5 and the carbon-project methodologies; combustion: {_IPCC_SOURCE}",
    status="proposed",
    valid="same tonnage, composition and energy in every year; only the grid changes",
    inputs=(
        composition_input(),
        _WASTE,
        Input("years", "Years of operation", "year", least=Fraction(1), most=Fraction(100)),
        _TECHNOLOGY,
        _FURNACE,
        _OXIDATION,
        GWP_INPUT,
        Input("electricity_net", "Electricity exported", "MWh/year", least=ZERO),
        *_GRID_INPUTS,
        Input("heat", "Heat exported that takes the place of other heat", "MWh/year", default=ZERO, least=ZERO),
        Input("heat_factor", "Emission factor of the heat replaced", "kgCO2e/MWh", optional=True, least=ZERO, most=Fraction(2000)),
        Input("aux_fuel", "Auxiliary fuel", "MWh/year", optional=True, least=ZERO),
        Input("aux_fuel_factor", "Emission factor of the auxiliary fuel", "kgCO2e/MWh", optional=True, least=ZERO, most=Fraction(2000)),
        Input("transport", "Transport of waste and residues", "tCO2e/year", optional=True, least=ZERO),
        Input("ash", "Handling of ash and flue-gas residues", "tCO2e/year", optional=True, least=ZERO),
        Input("metals", "Metal recovered from bottom ash", "t/year", default=ZERO, least=ZERO),
        Input(
            "metals_credit",
            "Saving per tonne of recovered metal",
            "kgCO2e/t",
            default=Fraction(2000),
            least=ZERO,
            source="CEWEP bottom ash factsheet (an industry federation)",
        ),
        Input(
            "avoided_landfill",
            "Landfill emissions avoided per tonne of waste, from landfill_methane",
            "kgCO2e/t",
            optional=True,
            least=ZERO,
        ),
    ),
    outputs=(
        Output("net_without_credit", "Net over the term, without the landfill credit", "tCO2e"),
        Output("net_with_credit", "Net over the term, with the landfill credit", "tCO2e"),
        Output("per_tonne_without_credit", "Net per tonne, without the landfill credit", "kgCO2e/t"),
        Output("per_tonne_with_credit", "Net per tonne, with the landfill credit", "kgCO2e/t"),
        Output("landfill_credit", "Landfill emissions avoided over the term", "tCO2e"),
        Output("emissions", "Emissions before any credit, over the term", "tCO2e"),
        Output("carbon_intensity", "Combustion and fuel per energy exported", "kgCO2e/MWh"),
        Output("sign_change_without_credit", "Sign changes within the term, without the landfill credit", None),
        Output("sign_change_year_without_credit", "First year with the other sign, without the landfill credit", "1"),
        Output("sign_change_with_credit", "Sign changes within the term, with the landfill credit", None),
        Output("sign_change_year_with_credit", "First year with the other sign, with the landfill credit", "1"),
        Output("per_tonne_without_credit_plastics_minus_5", "Net per tonne without credit, 5 points less plastics", "kgCO2e/t"),
        Output("per_tonne_without_credit_plastics_plus_5", "Net per tonne without credit, 5 points more plastics", "kgCO2e/t"),
    ),
)
def net_ghg(
    sheet: Sheet,
    *,
    composition: Sequence[Row],
    waste: Fraction,
    years: Fraction,
    technology: str,
    furnace: str,
    oxidation: Fraction | None,
    gwp: str,
    electricity_net: Fraction,
    grid_factor: Fraction | None,
    grid_decline: Fraction | None,
    grid_path: Sequence[Row] | None,
    start_year: Fraction | None,
    heat: Fraction,
    heat_factor: Fraction | None,
    aux_fuel: Fraction | None,
    aux_fuel_factor: Fraction | None,
    transport: Fraction | None,
    ash: Fraction | None,
    metals: Fraction,
    metals_credit: Fraction,
    avoided_landfill: Fraction | None,
) -> Mapping[str, Fraction | str | None]:
    """The balance of a project over its term, in tCO2e and per tonne of waste, without and with the landfill credit.

    The credit (kgCO2e per tonne, all that the tonne would emit over the horizon chosen there) is booked in the year the tonne is burnt
    and never mixed into the first figure; unknown leaves the figures with credit unset. Auxiliary fuel, transport and ash that are not
    given are left out of the boundary, and a note says so. Heat or fuel without its factor is Refused, and so is a grid without a path.
    The sign is looked at year by year while the grid changes: zero counts as an emission, not as a saving. Five points more plastics
    change combustion only; energy stays as given.

    A grid that falls from 800 kg/MWh by 5 % a year turns a small saving into an emission:

    >>> from tenderloop.methods import get
    >>> rows = [{"component": "plastics", "share": Fraction(15)}, {"component": "food", "share": Fraction(85)}]
    >>> given = {"composition": rows, "waste": Fraction(100000), "years": Fraction(25), "electricity_net": Fraction(60000),
    ...          "grid_factor": Fraction(800), "grid_decline": Fraction(5), "start_year": Fraction(2030)}
    >>> outputs = get("net_ghg").run(given).outputs
    >>> outputs["sign_change_year_without_credit"], round(outputs["per_tonne_without_credit"])
    (Fraction(2033, 1), 149)
    """
    if not waste:
        raise Refused("no waste is burnt: there is no balance", "waste")
    path = _grid_path(grid_factor, grid_decline, grid_path, start_year)
    term = whole(years, "years")
    start = 1 if start_year is None else whole(start_year, "start_year")
    mix = shares(sheet, composition)
    rows = {str(row["component"]): row for row in composition}
    burnt = _burn(sheet, rows, mix, technology, furnace, oxidation, gwp)
    combustion = sheet.step("Combustion", "waste x (fossil CO2 + CH4 + N2O)", waste * burnt.total / 1000, "tCO2e/year")
    fuel = sheet.step("Auxiliary fuel", "fuel x factor", _energy("aux_fuel", aux_fuel or ZERO, aux_fuel_factor), "tCO2e/year")
    sheet.step("Transport and ash", "given", (transport or ZERO) + (ash or ZERO), "tCO2e/year")
    heat_saved = sheet.step("Heat", "heat x factor of the heat replaced", _energy("heat", heat, heat_factor), "tCO2e/year")
    metals_saved = sheet.step("Metals", "metals x credit", metals * metals_credit / 1000, "tCO2e/year")
    left_out = [name for name, value in (("auxiliary fuel", aux_fuel), ("transport", transport), ("ash handling", ash)) if value is None]
    if left_out:
        sheet.note(f"Not given and not counted: {', '.join(left_out)}.")
    gross = combustion + fuel + (transport or ZERO) + (ash or ZERO)
    credit = None if avoided_landfill is None else waste * avoided_landfill / 1000
    without: dict[int, Fraction] = {}
    for year in range(start, start + term):
        factor = _grid_factor(year, start, grid_factor, grid_decline, path)
        sheet.step(f"{year}: grid factor", "given path" if path else "first factor x (1 - decline)^n", factor, "kgCO2e/MWh", "By year")
        without[year] = sheet.step(
            f"{year}: net without landfill credit",
            "emissions - electricity x factor - heat - metals",
            gross - electricity_net * factor / 1000 - heat_saved - metals_saved,
            "tCO2e/year",
            "By year",
        )
    total = sheet.step("Net over the term, without landfill credit", "sum", sum(without.values(), ZERO), "tCO2e")
    tonnes = waste * term
    energy = electricity_net + heat
    less, more = _shifted(rows, mix, technology, furnace, oxidation, gwp)
    turn = _sign_change(without)
    _note_sources(sheet, gwp)
    outputs: dict[str, Fraction | str | None] = {
        "net_without_credit": total,
        "per_tonne_without_credit": 1000 * total / tonnes,
        "emissions": gross * term,
        "carbon_intensity": 1000 * (combustion + fuel) / energy if energy else None,
        "sign_change_without_credit": "no" if turn is None else "yes",
        "sign_change_year_without_credit": None if turn is None else Fraction(turn),
        "per_tonne_without_credit_plastics_minus_5": 1000 * total / tonnes + less.total - burnt.total if less else None,
        "per_tonne_without_credit_plastics_plus_5": 1000 * total / tonnes + more.total - burnt.total if more else None,
    }
    if credit is None:
        sheet.note("No landfill credit is given: the figures with the credit are not stated.")
        return outputs
    landfill = sheet.step("Landfill emissions avoided over the term", "waste x years x avoided per tonne", credit * term, "tCO2e")
    with_credit = {
        year: sheet.step(f"{year}: net with landfill credit", "net - avoided landfill", net - credit, "tCO2e/year", "By year")
        for year, net in without.items()
    }
    turn = _sign_change(with_credit)
    outputs |= {
        "net_with_credit": sheet.step("Net over the term, with landfill credit", "sum", total - landfill, "tCO2e"),
        "per_tonne_with_credit": 1000 * (total - landfill) / tonnes,
        "landfill_credit": landfill,
        "sign_change_with_credit": "no" if turn is None else "yes",
        "sign_change_year_with_credit": None if turn is None else Fraction(turn),
    }
    return outputs


def _energy(name: str, energy: Fraction, factor: Fraction | None) -> Fraction:
    if energy and factor is None:
        raise Refused(f"'{name}' is given without its emission factor", f"{name}_factor", "give kgCO2e per MWh")
    return energy * (factor or ZERO) / 1000


def _sign_change(by_year: Mapping[int, Fraction]) -> int | None:
    first = next(iter(by_year.values())) < 0
    return next((year for year, net in by_year.items() if (net < 0) != first), None)
