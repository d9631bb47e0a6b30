"""Air emissions of a waste incinerator against the legal floor and the best-practice line.

Knows the daily limits of Directive 2010/75/EU, Annex VI Part 3, and the upper ends of the ranges of Decision (EU) 2019/2010. Must not
know how a plant cleans its gas, packs or cases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from tenderloop.methods.composition import HUNDRED, ZERO
from tenderloop.methods.method import Column, Input, Output, Row, Sheet, method
from tenderloop.methods.tables import Entry, read_table

_SOURCE = (
    "Directive 2010/75/EU, Annex VI Part 3, as listed; upper ends of the BAT-AEL of Decision (EU) 2019/2010: the German 17. BImSchV (2024) "
    "where it agrees, else unverified"
)
_LIMITS = read_table("air_limits")
_EITHER = ("dioxins", "dioxins_pcb")  # one of the two is enough for the best-practice line
_SMALL = Fraction(6)  # t/h: existing plants up to this size have the wider NOx limit


def _ied(entry: Entry, plant: str, hourly_capacity: Fraction | None) -> Fraction | None:
    wider = entry.number_or_none("ied_small_existing")
    if wider is not None and plant == "existing" and hourly_capacity is not None and hourly_capacity <= _SMALL:
        return wider
    return entry.number_or_none("ied")


def _bat(entry: Entry, plant: str, scr_applicable: bool) -> Fraction:
    if plant == "new":
        return entry.number("bat_new")
    wider = entry.number_or_none("bat_existing_no_scr")
    if wider is not None and not scr_applicable:
        return wider
    return entry.number("bat_existing")


@method(
    name="emission_limits",
    title="Air emissions against the EU's limits and best practice",
    formula="ratio = daily value / limit; score = pollutants at or below the upper end of the BAT range / pollutants that must be shown",
    source=_SOURCE,
    status="unverified",
    valid="dry gas, 11 % O2, daily means (metals and dioxins: mean over the sampling period); non-hazardous waste. "
    "Ask for averaging time, O2 reference, and whether tin is in the metal sum",
    inputs=(
        Input(
            "measured",
            "Measured or guaranteed daily values",
            kind="table",
            columns=(
                Column("pollutant", None, "Pollutant", options=_LIMITS.keys()),
                Column("value", "1", "Value in mg/Nm3; dioxins in ng per Nm3 (I-TEQ; with PCB: WHO-TEQ)", least=ZERO),
            ),
        ),
        Input(
            "plant",
            "New or existing plant (existing: permitted or built before 4 December 2019)",
            kind="choice",
            options=("new", "existing"),
        ),
        Input(
            "hourly_capacity", "Capacity in tonnes per hour, for the NOx limit of small existing plants", "t/h", optional=True, least=ZERO
        ),
        Input(
            "scr_applicable",
            "Existing plant: catalytic NOx reduction can be fitted",
            kind="yes_no",
            default=True,
            source="the stricter line",
        ),
        Input("ammonia_used", "Ammonia or urea is injected against NOx", kind="yes_no", default=True, source="the stricter line"),
    ),
    outputs=(
        Output("worst_ied", "Highest share of a limit of the directive; 1 is the limit", "1"),
        Output("worst_ied_pollutant", "The pollutant with it", None),
        Output("worst_bat", "Highest share of an upper end of the BAT range; 1 is the upper end", "1"),
        Output("worst_bat_pollutant", "The pollutant with it", None),
        Output("missing", "Pollutants without a value", "1"),
        Output("score_bat", "Share of pollutants at or below the upper end of the BAT range", "%"),
    ),
)
def emission_limits(
    sheet: Sheet,
    *,
    measured: Sequence[Row],
    plant: str,
    hourly_capacity: Fraction | None,
    scr_applicable: bool,
    ammonia_used: bool,
) -> Mapping[str, Fraction | str | None]:
    """How near the values come to the limits, and how many of them keep to best practice.

    Each value is a number in the pollutant's own unit: mg/Nm3, dioxins ng/Nm3. For the best-practice line either ``dioxins`` or
    ``dioxins_pcb`` is enough; ammonia counts when it is injected. A pollutant without a value counts as not shown: it lowers
    ``score_bat``, and the highest share is unset while one is missing, unless a value given is already above its limit. So a gate
    cannot be passed by silence. The upper end for HF is "below 1": exactly 1 has the ratio 1 but does not keep to it.

    >>> from tenderloop.methods import get
    >>> values = {"dust": "4", "tvoc": "2", "hcl": "5", "hf": "0.5", "so2": "20", "nox": "150", "co": "20", "nh3": "5", "hg": "0.005",
    ...           "cd_tl": "0.01", "metals": "0.1", "dioxins": "0.02"}
    >>> rows = [{"pollutant": name, "value": Fraction(value)} for name, value in values.items()]
    >>> outputs = get("emission_limits").run({"measured": rows, "plant": "new"}).outputs
    >>> outputs["worst_ied"], outputs["worst_bat"], outputs["worst_bat_pollutant"], outputs["score_bat"]
    (Fraction(3, 4), Fraction(5, 4), 'nox', Fraction(275, 3))
    """
    values = {str(row["pollutant"]): row["value"] for row in measured}
    ied: dict[str, Fraction] = {}
    bat: dict[str, Fraction] = {}
    kept: dict[str, bool] = {}
    for entry in _LIMITS:
        name = entry.text("pollutant")
        value = values.get(name)
        if not isinstance(value, Fraction):
            continue
        title, unit = entry.text("title"), entry.text("unit")
        legal, best = _ied(entry, plant, hourly_capacity), _bat(entry, plant, scr_applicable)
        if legal is not None:
            sheet.step(f"{title}: limit of the directive", f"{entry.text('ied_status')}: {entry.text('ied_source')}", legal, unit, "Limits")
            ied[name] = sheet.step(f"{title}: share of it", "value / limit", value / legal, "", "Against the directive")
        sheet.step(f"{title}: upper end of the BAT range", f"{entry.status}: {entry.source}", best, unit, "Limits")
        bat[name] = sheet.step(f"{title}: share of it", "value / upper end", value / best, "", "Against best practice")
        kept[name] = value < best if entry.text("bat_rule") == "below" else value <= best
    wanted = [entry.text("pollutant") for entry in _LIMITS if entry.text("pollutant") not in _EITHER]
    if not ammonia_used and "nh3" not in values:
        wanted.remove("nh3")
    shown = {name: kept[name] for name in wanted if name in kept}
    if any(name in kept for name in _EITHER):
        shown["dioxins"] = all(kept[name] for name in _EITHER if name in kept)
    missing = [_LIMITS[name].text("title") for name in (*wanted, "dioxins") if name not in shown]
    lacking = [entry.text("title") for entry in _LIMITS if entry.text("ied") and entry.text("pollutant") not in ied]
    if missing:
        sheet.note(f"No value for: {', '.join(missing)}. Each counts as not shown.")
    if lacking:
        sheet.note(f"The directive also limits: {', '.join(lacking)}. Without a value the highest share is open.")
    if "metals" in values:
        sheet.note("The German metal sum includes tin, the European one does not: ask which sum the value is.")
    worst_ied, worst_bat = _worst(ied, bool(lacking)), _worst(bat, bool(missing))
    return {
        "worst_ied": None if worst_ied is None else ied[worst_ied],
        "worst_ied_pollutant": worst_ied,
        "worst_bat": None if worst_bat is None else bat[worst_bat],
        "worst_bat_pollutant": worst_bat,
        "missing": Fraction(len(missing)),
        "score_bat": sheet.step(
            "At or below the upper end", "pollutants kept / pollutants to show", HUNDRED * sum(shown.values()) / (len(wanted) + 1), "%"
        ),
    }


def _worst(ratios: Mapping[str, Fraction], open_ends: bool) -> str | None:
    """The pollutant with the highest ratio; None while values are missing and none of those given is above 1."""
    if not ratios:
        return None
    worst = max(ratios, key=lambda name: ratios[name])
    return None if open_ends and ratios[worst] <= 1 else worst
