"""Numbers and units: exact reading, agreement with pint, rounding, and exp and powers that do not depend on the machine."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenderloop.quantity import (
    MOST_DIGITS,
    NO_BREAK_SPACE,
    ONE,
    THIN_SPACE,
    UNITS,
    QuantityError,
    convert,
    exact_text,
    exp,
    natural_places,
    parse_number,
    parse_quantity,
    parse_unit,
    power,
    shown,
    shown_grouped,
    shown_with_unit,
    to_significant,
    unit_of,
)

FRACTIONS = st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=10**6)

# our symbol -> pint's name and the coherent unit to compare in; what is missing here, pint does not know or means otherwise
PINT = {
    "%": "percent", "ppm": "ppm", "kg": "kilogram", "t": "metric_ton", "Mt": "megametric_ton", "g": "gram", "mg": "milligram",
    "ug": "microgram", "ng": "nanogram", "J": "joule", "MJ": "megajoule", "GJ": "gigajoule", "TJ": "terajoule", "kWh": "kilowatt_hour",
    "MWh": "megawatt_hour", "GWh": "gigawatt_hour", "kcal": "kilointernational_calorie", "W": "watt", "kW": "kilowatt", "MW": "megawatt",
    "GW": "gigawatt", "s": "second", "min": "minute", "h": "hour", "day": "day", "week": "week", "m": "meter", "km": "kilometer",
    "m2": "meter**2", "ha": "hectare", "km2": "kilometer**2", "m3": "meter**3", "L": "liter",
}  # fmt: skip
OWN = {
    "year", "month", "Nm3", "degC", "gCO2e", "kgCO2e", "tCO2e", "MtCO2e", "tC", "money", "person", "household", "job", "vehicle", "item",
    "point",
}  # fmt: skip


@pytest.fixture(scope="module")
def registry() -> pint.UnitRegistry[Fraction]:
    return pint.UnitRegistry(non_int_type=Fraction)


def test_every_unit_is_either_shared_with_pint_or_our_own() -> None:
    assert set(PINT) | OWN == set(UNITS)
    assert not set(PINT) & OWN


@pytest.mark.parametrize("symbol", PINT)
def test_agrees_with_pint(symbol: str, registry: pint.UnitRegistry[Fraction]) -> None:
    theirs = registry.Quantity(Fraction(1), PINT[symbol]).to_base_units()
    # pint's base units are kg, m and s as ours; joule and watt are coherent in them, so the magnitude is the factor
    assert theirs.magnitude == UNITS[symbol].factor


@pytest.mark.parametrize("first", PINT)
def test_same_dimension_exactly_when_pint_says_so(first: str, registry: pint.UnitRegistry[Fraction]) -> None:
    for second in PINT:
        theirs = registry.Unit(PINT[first]).dimensionality == registry.Unit(PINT[second]).dimensionality
        assert (UNITS[first].dimension == UNITS[second].dimension) == theirs, (first, second)


@pytest.mark.parametrize(
    ("ours", "theirs", "target", "target_theirs"),
    [
        ("kcal/kg", "kilointernational_calorie/kilogram", "MJ/kg", "megajoule/kilogram"),
        ("MW*h", "megawatt*hour", "GJ", "gigajoule"),
        ("mg/m3", "milligram/meter**3", "g/L", "gram/liter"),
        ("kWh/t", "kilowatt_hour/metric_ton", "J/g", "joule/gram"),
        ("km/h", "kilometer/hour", "m/s", "meter/second"),
        ("t/ha", "metric_ton/hectare", "kg/m2", "kilogram/meter**2"),
    ],
)
def test_compounds_agree_with_pint(ours: str, theirs: str, target: str, target_theirs: str, registry: pint.UnitRegistry[Fraction]) -> None:
    expected = registry.Quantity(Fraction(7, 3), theirs).to(target_theirs).magnitude
    assert convert(Fraction(7, 3), ours, target) == expected


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("12.5 MJ/kg", "MJ/kg", Fraction(25, 2)),
        ("55 %", "1", Fraction(11, 20)),
        ("55%", "1", Fraction(11, 20)),
        ("-3 degC", "degC", Fraction(-3)),
        ("30 month", "year", Fraction(5, 2)),
        ("1000 kg", "t", Fraction(1)),
        ("2044 kcal/kg", "MJ/kg", Fraction(2044 * 41868, 10**7)),
        ("100 MW*h", "MWh", Fraction(100)),
        ("8000 h/year", "day/year", Fraction(1000, 3)),
        ("450 kgCO2e/MWh", "tCO2e/MWh", Fraction(9, 20)),
        ("0.4 t/person/year", "kg/person/year", Fraction(400)),
        ("7", "1", Fraction(7)),
        ("3 1/year", "1/year", Fraction(3)),
    ],
)
def test_reads_and_converts_exactly(text: str, unit: str, expected: Fraction) -> None:
    assert parse_quantity(text).to(unit) == expected


def test_the_french_default_heat_value_is_the_published_one() -> None:
    assert shown(parse_quantity("2044 kcal/kg").to("MJ/kg"), 2) == "8.56"


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("", "empty-number", "12.5"),
        ("１２", "bad-number", "digits 0 to 9"),
        ("٣", "bad-number", "digits 0 to 9"),
        ("−5", "bad-number", "minus"),
        ("1e5", "bad-number", "exponent"),
        ("1E+5", "bad-number", "exponent"),
        ("1,000", "bad-number", "write 1000"),
        ("1'000", "bad-number", "write 1000"),
        ("1_000", "bad-number", "write 1000"),
        ("1 000", "bad-number", "write 1000"),
        ("1,5", "bad-number", "write 1.5"),
        (".5", "bad-number", "0.5"),
        ("5.", "bad-number", "after the point"),
        ("007", "bad-number", "leading zeros"),
        ("+3", "bad-number", "plus sign"),
        ("nan", "bad-number", "digits"),
        ("inf", "bad-number", "digits"),
        ("-", "bad-number", "digits"),
        ("--1", "bad-number", "digits"),
        ("0x10", "bad-number", "digits"),
        ("1/2", "bad-number", "digits"),
        ("1.2.3", "bad-number", "digits"),
        (" 5", "bad-number", "digits"),
        ("5\n", "bad-number", "digits"),
        ("1" * (MOST_DIGITS + 1), "number-too-long", "larger unit"),
        ("0." + "0" * 100_000 + "1", "number-too-long", "larger unit"),
    ],
)
def test_refuses_numbers(text: str, code: str, hint: str) -> None:
    with pytest.raises(QuantityError) as caught:
        parse_number(text)
    assert caught.value.code == code
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("5 tonne", "unknown-unit", "write 't'"),
        ("5 Tonnes", "unknown-unit", ""),
        ("5 kt", "unknown-unit", "convert"),
        ("5 kJ/kg", "unknown-unit", "'MJ' and convert"),
        ("5 KWH", "unknown-unit", "'kWh'"),
        ("5 mw", "unknown-unit", "'MW'"),
        ("5 MWH", "unknown-unit", "'MWh'"),
        ("5 m³", "unknown-unit", "'m3'"),
        ("5 µg/Nm3", "unknown-unit", "'ug'"),
        ("5 °C", "unknown-unit", "'degC'"),
        ("5 kgCO2/MWh", "unknown-unit", "'kgCO2e'"),
        ("5 yr", "unknown-unit", "'year'"),
        ("5 houshold", "unknown-unit", "'household'"),
        ("5 m^2", "unknown-unit", "m2"),
        ("5 t/(person*year)", "unknown-unit", "t/person/year"),
        ("5 zzz", "unknown-unit", "pack-format"),
        ("3 million EUR", "bad-unit", "write the number out"),
        ("5 t / year", "bad-unit", "t/year"),
        ("5 kg//t", "bad-unit", "kg/t"),
        ("5 kg/", "bad-unit", "kg/t"),
        ("5 " + "kg*" * 40 + "kg", "bad-unit", "60"),
        ("12.5MJ/kg", "bad-number", "12.5 MJ/kg"),
        ("1 000 t", "bad-number", "write 1000 t"),
        ("1e5 t", "bad-number", "exponent"),
        ("t", "bad-number", "digits"),
        ("", "empty-number", "12.5"),
        ("5 EUR", "currency-not-known", "money"),
    ],
)
def test_refuses_quantities(text: str, code: str, hint: str) -> None:
    with pytest.raises(QuantityError) as caught:
        parse_quantity(text)
    assert caught.value.code == code
    assert hint in caught.value.hint


def test_money_is_the_currency_of_the_case() -> None:
    assert parse_quantity("300000000 EUR", currency="EUR").to("money") == 300_000_000
    assert parse_quantity("45 EUR/t", currency="EUR").unit.dimension == parse_unit("money/t").dimension
    assert parse_quantity("45 money/t", currency="EUR").to("money/kg") == Fraction(45, 1000)
    with pytest.raises(QuantityError, match="the case is in EUR") as caught:
        parse_quantity("45 USD/t", currency="EUR")
    assert caught.value.code == "wrong-currency"
    assert "EUR" in caught.value.hint


@pytest.mark.parametrize(
    ("source", "target", "hint"),
    [
        ("t/day", "t/year", "days of operation"),
        ("tCO2e", "t", "CO2e"),
        ("Nm3", "m3", "normal cubic metre"),
        ("MW", "MWh", "unit like"),
        ("kg", "1", "unit like 1"),
    ],
)
def test_what_must_not_turn_into_one_another(source: str, target: str, hint: str) -> None:
    with pytest.raises(QuantityError) as caught:
        convert(Fraction(1), source, target)
    assert caught.value.code == "unit-mismatch"
    assert hint in caught.value.hint


def test_units_are_read_once_and_cancel() -> None:
    assert parse_unit("t/year") is parse_unit("t/year")
    assert parse_unit("kg/t").dimension == ONE.dimension
    assert parse_unit("kg/t").factor == Fraction(1, 1000)
    assert parse_unit("t/person/year").dimension == parse_unit("t/year/person").dimension


@given(FRACTIONS, st.sampled_from(sorted(UNITS)), st.sampled_from(sorted(UNITS)))
def test_there_and_back_is_the_same(value: Fraction, first: str, second: str) -> None:
    if UNITS[first].dimension == UNITS[second].dimension:
        assert convert(convert(value, first, second), second, first) == value


@given(st.dictionaries(st.sampled_from(sorted(UNITS)), st.sampled_from("*/"), min_size=1, max_size=5))
def test_base_unit_of_a_dimension_has_it(parts: dict[str, str]) -> None:
    unit = parse_unit("1" + "".join(f"{sign}{symbol}" for symbol, sign in parts.items()))
    assert unit_of(unit.dimension).dimension == unit.dimension
    if not {"carbon"} & {name for name, _ in unit.dimension}:
        assert parse_unit(unit_of(unit.dimension).symbol) == unit_of(unit.dimension)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12))
def test_reads_back_what_exact_text_writes(number: Decimal) -> None:
    value = Fraction(number)
    assert parse_number(exact_text(value)) == value


@given(FRACTIONS, st.integers(0, 8))
def test_shown_is_the_nearest_half_away_from_zero(value: Fraction, places: int) -> None:
    text = shown(value, places)
    off = Fraction(text) - value
    assert abs(off) <= Fraction(1, 2 * 10**places)
    if abs(off) == Fraction(1, 2 * 10**places):
        assert abs(Fraction(text)) > abs(value)
    assert text.partition(".")[2].isdigit() if places else "." not in text
    assert not (Fraction(text) == 0 and text.startswith("-"))
    assert shown_grouped(value, places).replace(THIN_SPACE, "") == text


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [("1/2", 0, "1"), ("-1/2", 0, "-1"), ("5/2", 0, "3"), ("1/8", 2, "0.13"), ("-1/1000", 1, "0.0"), ("331/6", 1, "55.2")],
)
def test_rounding_half_up(value: str, places: int, text: str) -> None:
    assert shown(Fraction(value), places) == text


def test_shown_for_people() -> None:
    assert shown_with_unit(Fraction(300_000), "t/year") == f"300{THIN_SPACE}000{NO_BREAK_SPACE}t/year"
    assert shown_with_unit(Fraction(-1234567), ONE) == f"-1{THIN_SPACE}234{THIN_SPACE}567"
    assert shown_with_unit(Fraction(45), "money/t", currency="INR") == f"45{NO_BREAK_SPACE}INR/t"
    assert shown_with_unit(Fraction(2, 3), "%", 1) == f"0.7{NO_BREAK_SPACE}%"
    assert shown_with_unit(Fraction(999), ONE) == "999"
    assert natural_places(Fraction(1, 8)) == 3
    assert natural_places(Fraction(20000, 3)) == 0


@given(FRACTIONS.filter(bool), st.integers(1, 15))
def test_significant_digits(value: Fraction, digits: int) -> None:
    rounded = to_significant(value, digits)
    assert abs(rounded - value) <= abs(value) * Fraction(1, 2) * Fraction(10) ** (1 - digits)
    assert to_significant(rounded, digits) == rounded
    assert to_significant(-value, digits) == -rounded


def test_significant_digits_of_very_long_numbers() -> None:
    assert to_significant(Fraction(10**6000 + 1), 3) == 10**6000
    assert to_significant(Fraction(1, 10**6000 * 3), 2) == Fraction(33, 10**6002)
    assert to_significant(Fraction(0)) == 0


@given(st.fractions(min_value=-500, max_value=500, max_denominator=1000))
def test_exp_agrees_with_floats(x: Fraction) -> None:
    assert math.isclose(float(exp(x)), math.exp(float(x)), rel_tol=1e-11)
    assert to_significant(exp(x), 12) == exp(x)


@given(st.fractions(min_value=Fraction(1, 1000), max_value=1000, max_denominator=1000), st.fractions(-50, 50, max_denominator=100))
def test_power_agrees_with_floats(x: Fraction, y: Fraction) -> None:
    assert math.isclose(float(power(x, y)), float(x) ** float(y), rel_tol=1e-10)


def test_powers_of_whole_numbers_are_exact_to_twelve_digits() -> None:
    for base in range(-12, 13):
        for exponent in range(1, 8):
            assert power(Fraction(base), Fraction(exponent)) == to_significant(Fraction(base**exponent))
    assert power(Fraction(4), Fraction(1, 2)) == 2
    assert power(Fraction(5), Fraction(0)) == 1


def test_exp_and_power_at_their_limits() -> None:
    assert exp(Fraction(0)) == 1
    assert exp(Fraction(-(10**9))) == 0
    assert power(Fraction(1, 10), Fraction(10**6)) == 0
    assert power(Fraction(0), Fraction(3)) == 0
    for x, y, code in [(0, "-1", "bad-power"), (-2, "1/2", "bad-power"), (10, "1000000", "out-of-range")]:
        with pytest.raises(QuantityError) as caught:
            power(Fraction(x), Fraction(y))
        assert caught.value.code == code
    with pytest.raises(QuantityError) as caught:
        exp(Fraction(10**9))
    assert caught.value.code == "out-of-range"


def test_errors_say_code_message_and_hint() -> None:
    error = QuantityError("unknown-unit", "unit 'tonne' is not known", "write 't'")
    assert str(error) == "unit 'tonne' is not known (write 't')"
    assert isinstance(error, ValueError)
