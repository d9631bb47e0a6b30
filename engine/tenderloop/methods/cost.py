"""What money costs over time: present value, annuity, gate fee, life-cycle cost, debt cover, what a household pays.

Knows discounting at whole years. Must not know tonnes of what, emissions, packs, cases or exchange rates: all money of one run is in one
currency, and either all of it is real or all of it is nominal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from tenderloop.methods.method import Column, Input, Output, Refused, Row, Sheet, method, plain
from tenderloop.methods.years import LONGEST, by_year, number
from tenderloop.quantity import to_significant

HUNDRED = Fraction(100)
ZERO = Fraction(0)
REAL_OR_NOMINAL = "Amounts and rate must be both real or both nominal; the method cannot see which."

RATE = Input("rate", "Discount rate a year", "%", least=ZERO, most=HUNDRED)
YEARS = Input("years", "Term", "year", least=Fraction(1), most=Fraction(LONGEST))


def _whole(years: Fraction) -> int:
    if years.denominator != 1:
        raise Refused("the term must be a whole number of years", "years", "split a broken year into its own cash flow and use npv")
    return int(years)


def _present(amount: Fraction, rate: Fraction, after: int) -> Fraction:
    """Present value of one amount that falls due after ``after`` whole years. Exact."""
    return amount / (1 + rate / 100) ** after


def _annuity_factor(rate: Fraction, years: int) -> Fraction:
    """Present value of 1 at the end of each year. Exact; at 0 % it is the number of years."""
    if rate == 0:
        return Fraction(years)
    growth = rate / 100
    return (1 - (1 + growth) ** -years) / growth


def _out(value: Fraction, rate: Fraction) -> Fraction:
    """What leaves a method: 12 significant digits where powers were taken, exact where none were."""
    return to_significant(value) if rate else value


@method(
    name="npv",
    title="Net present value of a cash flow",
    formula="npv = Σ amount(t) / (1 + rate)^(year(t) − base_year)",
    source="Present value PV = C/(1+r)^t, as in any textbook of engineering economics; end of year",
    status="published",
    valid="whole years; rate from 0 to 100 % a year; amounts before the base year are not accepted",
    inputs=(
        Input(
            "flows",
            "Cash flow",
            kind="table",
            columns=(Column("year", "1", "Calendar year, or 0, 1, 2, …"), Column("amount", "money", "Money in (+) or out (−)")),
        ),
        RATE,
        Input("base_year", "Year to which money is discounted", "1", optional=True, source="the first year of the table"),
    ),
    outputs=(
        Output("npv", "Net present value", "money"),
        Output("total", "Sum without discounting", "money"),
        Output("payback_year", "First year from which the discounted sum stays at or above zero", "1"),
    ),
)
def npv(sheet: Sheet, flows: Sequence[Row], rate: Fraction, base_year: Fraction | None) -> Mapping[str, Fraction | str | None]:
    """Discount a cash flow to its base year (the table's first year unless given).

    Amounts of a year fall due at its end; those of the base year are not discounted. Years that are not in the table carry no money.
    ``payback_year`` is unset when the discounted sum ends below zero.

    >>> from tenderloop.methods.method import METHODS
    >>> rows = [{"year": Fraction(y), "amount": Fraction(a)} for y, a in ((0, -100), (1, 60), (2, 60))]
    >>> float(METHODS["npv"].run({"flows": rows, "rate": Fraction(10)}).outputs["npv"])
    4.13223140496
    """
    series = by_year(flows, "flows")
    if base_year is not None and base_year.denominator != 1:
        raise Refused("the base year must be a whole year", "base_year")
    base = int(base_year) if base_year is not None else series[0][0]
    if series[0][0] < base:
        raise Refused(f"the table has money before the base year {base}", "base_year", f"take {series[0][0]} or an earlier year as base")
    if series[-1][0] - base > LONGEST:
        raise Refused(f"the table ends more than {LONGEST} years after the base year", "base_year", "look for a mistyped year")
    value = ZERO
    total = ZERO
    payback: int | None = None
    for year, row in series:
        amount = number(row, "amount")
        present = _present(amount, rate, year - base)
        sheet.step("Present value", f"amount / (1 + rate)^{year - base}", _out(present, rate), "money", str(year))
        value += present
        total += amount
        if value < 0:
            payback = None
        elif payback is None:
            payback = year
    sheet.note(REAL_OR_NOMINAL)
    return {
        "npv": sheet.step("Net present value", "sum of present values", _out(value, rate), "money"),
        "total": sheet.step("Sum without discounting", "sum of amounts", total, "money"),
        "payback_year": Fraction(payback) if payback is not None else None,
    }


@method(
    name="annuity",
    title="Equal yearly payment that repays a sum",
    formula="payment = capital × rate / (1 − (1 + rate)^−years); at 0 %: capital / years",
    source="Annuity P/A = (1−(1+r)^−n)/r, as in any textbook of engineering economics; end of year",
    status="published",
    valid="whole years, 1 to 200; rate from 0 to 100 % a year",
    inputs=(Input("capital", "Sum to repay", "money", least=ZERO), RATE, YEARS),
    outputs=(
        Output("payment", "Payment each year", "money/year"),
        Output("total", "Sum of payments", "money"),
        Output("factor", "Payment as a share of the sum", "%/year"),
    ),
)
def annuity(sheet: Sheet, capital: Fraction, rate: Fraction, years: Fraction) -> Mapping[str, Fraction | str | None]:
    """Spread a capital sum over whole years in equal payments, each at the end of its year.

    Capital of 852 a tonne and year over 25 years at 4 %, the Danish plant of our reference, is about 55 a tonne:

    >>> from tenderloop.methods.method import METHODS
    >>> found = METHODS["annuity"].run({"capital": Fraction(852), "rate": Fraction(4), "years": Fraction(25)}).outputs
    >>> round(float(found["payment"]), 1)
    54.5
    """
    term = _whole(years)
    payment = capital / _annuity_factor(rate, term)
    return {
        "payment": sheet.step("Payment each year", "capital × rate / (1 − (1 + rate)^−years)", _out(payment, rate), "money/year"),
        "total": sheet.step("Sum of payments", "payment × years", _out(payment * term, rate), "money"),
        "factor": sheet.step(
            "Capital recovery factor", "rate / (1 − (1 + rate)^−years)", _out(HUNDRED / _annuity_factor(rate, term), rate), "%/year"
        ),
    }


@method(
    name="levelised_gate_fee",
    title="Gate fee at which a plant just pays for itself",
    formula="fee = (annuity(capital) + om_fixed + residue_cost − energy_revenue − metals_revenue) / tonnes + om_variable",
    source="Annual equivalent cost per tonne (ours, on the annuity formula); costs as split by the Danish Energy Agency (waste CHP)",
    status="proposed",
    valid="the same tonnage and prices every year of the term; whole years; rate from 0 to 100 %",
    inputs=(
        Input("capital", "Capital cost", "money", least=ZERO),
        RATE,
        YEARS,
        Input("om_fixed", "Fixed operation and maintenance", "money/year", least=ZERO),
        Input("om_variable", "Variable operation and maintenance", "money/t", least=ZERO),
        Input("tonnes", "Waste treated", "t/year", least=ZERO),
        Input(
            "energy_revenue",
            "Income from electricity and heat",
            "money/year",
            default=ZERO,
            least=ZERO,
            source="no income is counted unless given",
        ),
        Input("metals_revenue", "Income from metals", "money/year", default=ZERO, least=ZERO, source="no income is counted unless given"),
        Input("residue_cost", "Cost of residues", "money/year", default=ZERO, least=ZERO, source="none unless given"),
    ),
    outputs=(
        Output("fee", "Gate fee", "money/t"),
        Output("capital_part", "Of which capital", "money/t"),
        Output("operation_part", "Of which operation and residues", "money/t"),
        Output("income_part", "Less income", "money/t"),
        Output("gross_cost", "Cost before income", "money/t"),
    ),
)
def levelised_gate_fee(
    sheet: Sheet,
    capital: Fraction,
    rate: Fraction,
    years: Fraction,
    om_fixed: Fraction,
    om_variable: Fraction,
    tonnes: Fraction,
    energy_revenue: Fraction,
    metals_revenue: Fraction,
    residue_cost: Fraction,
) -> Mapping[str, Fraction | str | None]:
    """The price per tonne that makes the net present value of the plant zero at the given rate.

    Money a year and money a tonne in one currency and at one price level. Taxes, subsidies and price changes are left out; a fee below
    zero means that income alone carries the plant, and is worth a second look.

    The Danish plant of our reference, per annual tonne, at 4 %: 55 capital and 42 operation make 97 before income:

    >>> from tenderloop.methods.method import METHODS
    >>> found = METHODS["levelised_gate_fee"].run({"capital": Fraction(852), "rate": Fraction(4), "years": Fraction(25),
    ...     "om_fixed": Fraction(20), "om_variable": Fraction(22), "tonnes": Fraction(1)}).outputs
    >>> round(float(found["fee"]))
    97
    """
    if tonnes == 0:
        raise Refused("no waste is treated", "tonnes", "give the tonnes treated in a year")
    payment = capital / _annuity_factor(rate, _whole(years))
    capital_part = sheet.step("Capital", "annuity(capital, rate, years) / tonnes", _out(payment / tonnes, rate), "money/t")
    operation = sheet.step(
        "Operation and residues",
        "(om_fixed + residue_cost) / tonnes + om_variable",
        (om_fixed + residue_cost) / tonnes + om_variable,
        "money/t",
    )
    income = sheet.step("Income", "(energy_revenue + metals_revenue) / tonnes", (energy_revenue + metals_revenue) / tonnes, "money/t")
    gross = _out(payment / tonnes + operation, rate)
    fee = sheet.step("Gate fee", "capital + operation − income", _out(payment / tonnes + operation - income, rate), "money/t")
    if fee < 0:
        sheet.note("The fee is below zero: income alone would carry the plant. Check the income and the prices behind it.")
    sheet.note(REAL_OR_NOMINAL)
    return {"fee": fee, "capital_part": capital_part, "operation_part": operation, "income_part": income, "gross_cost": gross}


@method(
    name="life_cycle_cost",
    title="Life-cycle cost",
    formula="lcc = acquisition + Σ (use + maintenance + external(t)) / (1 + rate)^t + (end_of_life − residual_value) / (1 + rate)^years",
    source="European Commission, life-cycle costing page: purchase, operation, end of life, externalities; present value at end of year",
    status="published",
    valid="whole years; rate from 0 to 100 %; external costs only where their money value can be determined and verified",
    inputs=(
        Input("acquisition", "Purchase price with delivery and installation", "money", least=ZERO),
        Input("use", "Energy, water and other consumption", "money/year", default=ZERO, least=ZERO, source="none unless given"),
        Input("maintenance", "Maintenance and repair", "money/year", default=ZERO, least=ZERO, source="none unless given"),
        Input(
            "end_of_life", "Collection, dismantling, recycling at the end", "money", default=ZERO, least=ZERO, source="none unless given"
        ),
        Input("residual_value", "Value at the end", "money", default=ZERO, least=ZERO, source="none unless given"),
        Input(
            "external",
            "External cost of CO2 by year of use",
            kind="table",
            optional=True,
            columns=(Column("year", "1", "Year of use, 1 is the first"), Column("amount", "money", "External cost")),
        ),
        RATE,
        YEARS,
    ),
    outputs=(
        Output("lcc", "Life-cycle cost, present value", "money"),
        Output("annual_equivalent", "The same as an equal yearly cost", "money/year"),
        Output("acquisition_share", "Acquisition, share of all cost", "%"),
        Output("use_share", "Use, share of all cost", "%"),
        Output("maintenance_share", "Maintenance, share of all cost", "%"),
        Output("end_of_life_share", "End of life, share of all cost", "%"),
        Output("external_share", "External cost, share of all cost", "%"),
        Output("residual_part", "Present value of the residual value, already taken off", "money"),
    ),
)
def life_cycle_cost(
    sheet: Sheet,
    acquisition: Fraction,
    use: Fraction,
    maintenance: Fraction,
    end_of_life: Fraction,
    residual_value: Fraction,
    external: Sequence[Row] | None,
    rate: Fraction,
    years: Fraction,
) -> Mapping[str, Fraction | str | None]:
    """Everything a purchase costs over its life, at today's value.

    Acquisition falls due today, yearly cost at the end of each year, end of life and residual value at the end of the last. The CO2 path
    is given as money by year of use (emissions times the price the buyer published): the price itself is a policy choice. Shares are of
    the cost before the residual value is taken off and add up to 100 %; they are unset when nothing costs anything.

    >>> from tenderloop.methods.method import METHODS
    >>> found = METHODS["life_cycle_cost"].run({"acquisition": Fraction(1000), "use": Fraction(100), "residual_value": Fraction(200),
    ...     "rate": Fraction(0), "years": Fraction(10)}).outputs
    >>> found["lcc"], found["use_share"]
    (Fraction(1800, 1), Fraction(50, 1))
    """
    term = _whole(years)
    factor = _annuity_factor(rate, term)
    burden = ZERO
    for year, row in by_year(external, "external") if external else []:
        if not 1 <= year <= term:
            raise Refused(f"external: year {year} lies outside the term of {term} years", "external", "year 1 is the first year of use")
        burden += _present(number(row, "amount"), rate, year)
    if burden < 0:
        raise Refused("the external cost is below zero", "external", "a saving belongs in the use cost, with its evidence")
    parts = {
        "acquisition": acquisition,
        "use": use * factor,
        "maintenance": maintenance * factor,
        "end_of_life": _present(end_of_life, rate, term),
        "external": burden,
    }
    labels = {
        "acquisition": "Acquisition",
        "use": "Use",
        "maintenance": "Maintenance",
        "end_of_life": "End of life",
        "external": "External cost",
    }
    for name, part in parts.items():
        sheet.step(f"{labels[name]}, present value", "discounted at end of year", _out(part, rate), "money")
    gross = sum(parts.values(), ZERO)
    residual = _present(residual_value, rate, term)
    sheet.step("Residual value, present value", "residual_value / (1 + rate)^years", _out(residual, rate), "money")
    total = gross - residual
    if residual > gross:
        sheet.note("The residual value is above all cost: ask on what it rests.")
    sheet.note(REAL_OR_NOMINAL)
    return {
        "lcc": sheet.step("Life-cycle cost", "sum of parts − residual value", _out(total, rate), "money"),
        "annual_equivalent": sheet.step("Equal yearly cost", "lcc / annuity factor", _out(total / factor, rate), "money/year"),
        **{f"{name}_share": _out(HUNDRED * part / gross, rate) if gross else None for name, part in parts.items()},
        "residual_part": _out(residual, rate),
    }


@method(
    name="debt_service_cover",
    title="Cover of debt service by cash",
    formula="dscr(t) = cash_available(t) / debt_service(t); llcr = present value of cash over the loan's life / debt",
    source="Debt service cover and loan life cover, as described at thefinancialmanagement.com (LLCR) and in project-finance practice",
    status="published",
    valid="years with debt service above zero; the loan life runs from the first to the last of them",
    inputs=(
        Input(
            "years",
            "Cash and debt service by year",
            kind="table",
            columns=(
                Column("year", "1", "Calendar year"),
                Column("cash_available", "money", "Cash available for debt service, after operation and tax"),
                Column("debt_service", "money", "Interest and repayment due", least=ZERO),
            ),
        ),
        Input(
            "covenant",
            "Lowest cover that the lenders allow",
            "1",
            default=Fraction(1),
            least=ZERO,
            source="below 1 the cash does not pay the debt",
        ),
        Input("rate", "Interest rate of the loan, for the loan life cover", "%", optional=True, least=ZERO, most=HUNDRED),
        Input(
            "debt",
            "Debt outstanding one year before the first debt service",
            "money",
            optional=True,
            least=ZERO,
            source="present value of the debt service",
        ),
    ),
    outputs=(
        Output("dscr_min", "Lowest yearly cover", "1"),
        Output("dscr_mean", "Mean yearly cover", "1"),
        Output("worst_year", "Year of the lowest cover", "1"),
        Output("breach_year", "First year below the covenant", "1"),
        Output("years_below", "Number of years below the covenant", "1"),
        Output("llcr", "Loan life cover", "1"),
    ),
)
def debt_service_cover(
    sheet: Sheet, years: Sequence[Row], covenant: Fraction, rate: Fraction | None, debt: Fraction | None
) -> Mapping[str, Fraction | str | None]:
    """Whether the project's cash pays its debt, year by year.

    Years without debt service are listed and not judged. ``dscr_mean`` is the plain mean of the yearly covers. ``breach_year`` is unset
    when the covenant holds throughout; ``llcr`` without a rate. Where the debt is not given, it is the present value of the debt service
    at the loan's rate, which is the same for a loan that its service repays.

    >>> from tenderloop.methods.method import METHODS
    >>> rows = [{"year": Fraction(y), "cash_available": Fraction(c), "debt_service": Fraction(100)} for y, c in ((2030, 130), (2031, 90))]
    >>> found = METHODS["debt_service_cover"].run({"years": rows}).outputs
    >>> found["dscr_min"], found["dscr_mean"], found["breach_year"]
    (Fraction(9, 10), Fraction(11, 10), Fraction(2031, 1))
    """
    covers: list[tuple[Fraction, int]] = []
    loan: list[tuple[int, Fraction, Fraction]] = []
    for year, row in by_year(years, "years"):
        cash = number(row, "cash_available")
        service = number(row, "debt_service")
        loan.append((year, cash, service))
        if service:
            covers.append((sheet.step("Cover", "cash_available / debt_service", cash / service, "", str(year)), year))
    if not covers:
        raise Refused("no year has debt service", "years", "leave the method out when there is no debt")
    first, last = covers[0][1], covers[-1][1]
    below = [year for cover, year in covers if cover < covenant]
    lowest, worst = min(covers)
    llcr: Fraction | None = None
    if rate is not None:
        life = [(year - first + 1, cash, service) for year, cash, service in loan if first <= year <= last]
        worth = sum((_present(cash, rate, after) for after, cash, _ in life), ZERO)
        owed = debt if debt is not None else sum((_present(service, rate, after) for after, _, service in life), ZERO)
        if owed == 0:
            raise Refused("the debt is zero", "debt", "leave it out, or give the debt outstanding")
        llcr = sheet.step("Loan life cover", "present value of cash / debt", _out(worth / owed, rate))
    elif debt is not None:
        sheet.note("The debt was given without a rate, so the loan life cover was not computed.")
    return {
        "dscr_min": lowest,
        "dscr_mean": sheet.step("Mean cover", "mean of yearly covers", sum((cover for cover, _ in covers), ZERO) / len(covers)),
        "worst_year": Fraction(worst),
        "breach_year": Fraction(below[0]) if below else None,
        "years_below": Fraction(len(below)),
        "llcr": llcr,
    }


@method(
    name="affordability",
    title="What a household pays for waste, against its income",
    formula="share = charge / income, for the mean household and for the lowest tenth; light: green to 0.7 %, amber to 1.5 %, red above",
    source=(
        "World Bank span of 0.7 to 1.5 % of household disposable income, as quoted by the Regional Environmental Center "
        "(Strategic Moves, p. 136); reading it as lights, and testing the lowest tenth as well, is ours"
    ),
    status="proposed",
    valid="charge and income of the same year and currency; income is disposable income",
    inputs=(
        Input("charge", "Waste charge", "money/household/year", least=ZERO),
        Input("income_mean", "Disposable income, mean household", "money/household/year", least=ZERO),
        Input("income_lowest", "Disposable income, mean of the lowest tenth", "money/household/year", optional=True, least=ZERO),
        Input(
            "green_to",
            "Share up to which the light is green",
            "%",
            default=Fraction(7, 10),
            least=ZERO,
            source="lower end of the World Bank span",
        ),
        Input(
            "amber_to",
            "Share up to which the light is amber",
            "%",
            default=Fraction(3, 2),
            least=ZERO,
            source="upper end of the World Bank span",
        ),
    ),
    outputs=(
        Output("share_mean", "Share of income, mean household", "%"),
        Output("share_lowest", "Share of income, lowest tenth", "%"),
        Output("light_mean", "Light, mean household", None),
        Output("light", "Light, the worse of the two", None),
    ),
)
def affordability(
    sheet: Sheet, charge: Fraction, income_mean: Fraction, income_lowest: Fraction | None, green_to: Fraction, amber_to: Fraction
) -> Mapping[str, Fraction | str | None]:
    """Share of disposable income that a waste charge takes, and the light that it gets.

    All in money per household and year. Without the income of the lowest tenth ``share_lowest`` and ``light`` are unset: a mean that looks
    bearable says nothing about the poor. A share exactly at an end of the span still has the better light.

    >>> from tenderloop.methods.method import METHODS
    >>> given = {"charge": Fraction(120), "income_mean": Fraction(20000), "income_lowest": Fraction(6000)}
    >>> found = METHODS["affordability"].run(given).outputs
    >>> found["share_mean"], found["share_lowest"], found["light_mean"], found["light"]
    (Fraction(3, 5), Fraction(2, 1), 'green', 'red')
    """
    if green_to > amber_to:
        raise Refused("the green end of the span lies above the amber end", "green_to", "give the smaller share as green_to")
    if income_mean == 0:
        raise Refused("the mean income is zero", "income_mean", "give the disposable income of a household in a year")

    def light(share: Fraction) -> str:
        return "green" if share <= green_to else "amber" if share <= amber_to else "red"

    mean = sheet.step("Share, mean household", "charge / income_mean", HUNDRED * charge / income_mean, "%")
    sheet.say("Light, mean household", f"green to {plain(green_to)} %, amber to {plain(amber_to)} %", light(mean))
    lowest: Fraction | None = None
    worse: str | None = None
    if income_lowest is None:
        sheet.note("The lowest tenth was not tested: ask for its income.")
    elif income_lowest == 0:
        raise Refused("the income of the lowest tenth is zero", "income_lowest", "leave it out when it is not known")
    else:
        if income_lowest > income_mean:
            raise Refused("the lowest tenth earns more than the mean household", "income_lowest", "check which is which")
        lowest = sheet.step("Share, lowest tenth", "charge / income_lowest", HUNDRED * charge / income_lowest, "%")
        # the lowest tenth never has the larger income, so its light is never the better one
        worse = light(lowest)
        sheet.say("Light, the worse of the two", f"green to {plain(green_to)} %, amber to {plain(amber_to)} %", worse)
    return {"share_mean": mean, "share_lowest": lowest, "light_mean": light(mean), "light": worse}


@method(
    name="cost_per_annual_tonne",
    title="Capital cost per tonne of yearly capacity",
    formula="cost = capital / capacity",
    source=(
        "Plain ratio. Published spans: China about USD 250, USA about USD 840 (Wu thesis); USD 190 to 1 200 (GAIA); Denmark about "
        "EUR 852 at 10.6 MJ/kg and 643 at 8 MJ/kg (ours, from the Danish Energy Agency catalogue, 2015 prices)"
    ),
    status="published",
    valid="capacity above zero; compare only at one price level, and mind that the thermal rating, not the tonnage, sets the price",
    inputs=(Input("capital", "Capital cost", "money", least=ZERO), Input("capacity", "Yearly capacity", "t/year", least=ZERO)),
    outputs=(Output("cost", "Capital cost per annual tonne", "money*year/t"),),
)
def cost_per_annual_tonne(sheet: Sheet, capital: Fraction, capacity: Fraction) -> Mapping[str, Fraction | str | None]:
    """Capital cost for each tonne a year that the plant can treat.

    >>> from tenderloop.methods.method import METHODS
    >>> METHODS["cost_per_annual_tonne"].run({"capital": Fraction(300000000), "capacity": Fraction(350000)}).outputs
    {'cost': Fraction(6000, 7)}
    """
    if capacity == 0:
        raise Refused("the capacity is zero", "capacity", "give the permitted tonnes a year")
    return {"cost": sheet.step("Capital cost per annual tonne", "capital / capacity", capital / capacity, "money*year/t")}
