"""How circular a product's material is.

Knows the Material Circularity Indicator. Must not know waste plants, money, packs or cases.

Several indicators carry nearly the same name and give other numbers: Madaster (no intensity of use, fixed efficiencies), the product
passport of UNTP 0.6 (no recycling waste), the Product Circularity Indicator of 2020 (no factor 0.9), and the short form LFI = (V+W)/(2M).
This module has the one of the Ellen MacArthur Foundation and no other; never compare bids rated with different ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from tenderloop.methods.method import Input, Output, Refused, Sheet, method

HUNDRED = Fraction(100)
ZERO = Fraction(0)
ONE = Fraction(1)


def _share(name: str, label: str, source: str = "none unless given") -> Input:
    return Input(name, label, "%", default=ZERO, least=ZERO, most=HUNDRED, source=source)


@method(
    name="mci",
    title="Material Circularity Indicator (Ellen MacArthur Foundation)",
    formula=(
        "V = M(1 − FR − FU − FS); W0 = M(1 − CR − CU − CC − CE); WC = M(1 − EC)CR; WF = M(1 − EF)FR/EF; W = W0 + (WF + WC)/2; "
        "LFI = (V + W) / (2M + (WF − WC)/2); X = (L/Lav)(U/Uav); F(X) = 0.9/X; MCI = max(0, 1 − LFI F(X))"
    ),
    source=(
        "Ellen MacArthur Foundation and Granta, Circularity Indicators methodology (2015, 2019), as restated by Madaster, Circularity "
        "Indicator explained (v1.0, 2021), and by CircularEcoBIM; the original was not seen"
    ),
    status="unverified",
    valid="one product as a whole; lifetimes and intensities of use above zero; EF above zero where recycled content is used",
    inputs=(
        Input("mass", "M: mass of the product", "kg", least=ZERO),
        _share("recycled_content", "FR: recycled content"),
        _share("reused_content", "FU: reused content"),
        _share("renewable_content", "FS: biological content from sustained production"),
        _share("collected_recycling", "CR: collected for recycling at the end"),
        _share("collected_reuse", "CU: collected for reuse at the end"),
        _share("composted", "CC: biological material composted"),
        _share("energy_recovered", "CE: biological material to energy recovery that meets the methodology's conditions"),
        Input("recycling_efficiency", "EC: efficiency of recycling at the end", "%", optional=True, least=ZERO, most=HUNDRED),
        Input("feedstock_efficiency", "EF: efficiency of making the recycled feedstock", "%", optional=True, least=ZERO, most=HUNDRED),
        Input("lifetime", "L: lifetime", "year", least=ZERO),
        Input("reference_lifetime", "Lav: average lifetime of such products", "year", least=ZERO),
        Input("intensity", "U: intensity of use", "1", default=ONE, least=ZERO, source="as the average product"),
        Input("reference_intensity", "Uav: average intensity of use", "1", default=ONE, least=ZERO, source="as the average product"),
    ),
    outputs=(
        Output("mci", "Material Circularity Indicator", "1"),
        Output("lfi", "Linear flow index", "1"),
        Output("virgin_mass", "Virgin feedstock", "kg"),
        Output("unrecoverable_waste", "Unrecoverable waste", "kg"),
        Output("utility", "Utility X", "1"),
    ),
)
def mci(
    sheet: Sheet,
    mass: Fraction,
    recycled_content: Fraction,
    reused_content: Fraction,
    renewable_content: Fraction,
    collected_recycling: Fraction,
    collected_reuse: Fraction,
    composted: Fraction,
    energy_recovered: Fraction,
    recycling_efficiency: Fraction | None,
    feedstock_efficiency: Fraction | None,
    lifetime: Fraction,
    reference_lifetime: Fraction,
    intensity: Fraction,
    reference_intensity: Fraction,
) -> Mapping[str, Fraction | str | None]:
    """How restorative the flow of a product's material is: 0.1 for a linear product of average use, 1 for a fully restorative one.

    Shares in %, mass in kg (it cancels out of the indicator), lifetimes in years, intensities in any one functional unit. Shares of the
    input, and of the end, must not exceed 100 % together. An efficiency is needed where something is recycled. The indicator never falls
    below 0, however short the life. It rises with lifetime, reuse, collection and both efficiencies; recycled content raises it unless its
    recycling wastes more than it saves (EF below a third).

    A linear product of average use:

    >>> from tenderloop.methods.method import METHODS
    >>> METHODS["mci"].run({"mass": Fraction(10), "lifetime": Fraction(5), "reference_lifetime": Fraction(5)}).outputs["mci"]
    Fraction(1, 10)

    Half recycled at 80 %, all collected and recycled at 80 %, twice the average life (our numbers, computed by hand):

    >>> found = METHODS["mci"].run({"mass": Fraction(10), "recycled_content": Fraction(50), "collected_recycling": Fraction(100),
    ...     "recycling_efficiency": Fraction(80), "feedstock_efficiency": Fraction(80), "lifetime": Fraction(10),
    ...     "reference_lifetime": Fraction(5)}).outputs
    >>> found["virgin_mass"], found["unrecoverable_waste"], found["lfi"], found["mci"]
    (Fraction(5, 1), Fraction(13, 8), Fraction(53, 157), Fraction(2663, 3140))
    """
    if mass == 0:
        raise Refused("the mass is zero", "mass", "give the mass of the product; any unit of mass will do")
    if recycled_content + reused_content + renewable_content > 100:
        raise Refused("recycled, reused and renewable content make more than 100 %", "recycled_content", "a kilogram counts once")
    if collected_recycling + collected_reuse + composted + energy_recovered > 100:
        raise Refused("the shares at the end make more than 100 %", "collected_recycling", "a kilogram has one destination")
    if collected_recycling and recycling_efficiency is None:
        raise Refused(
            "the efficiency of recycling at the end is needed", "recycling_efficiency", "ask the recycler for the yield of his process"
        )
    if recycled_content and not feedstock_efficiency:
        raise Refused(
            "an efficiency above zero of making the recycled feedstock is needed", "feedstock_efficiency", "ask the supplier for the yield"
        )
    for name, value in (
        ("lifetime", lifetime),
        ("reference_lifetime", reference_lifetime),
        ("intensity", intensity),
        ("reference_intensity", reference_intensity),
    ):
        if value == 0:
            raise Refused(f"'{name}' is zero", name, "give a value above zero")
    virgin = sheet.step(
        "Virgin feedstock V", "M(1 − FR − FU − FS)", mass * (HUNDRED - recycled_content - reused_content - renewable_content) / 100, "kg"
    )
    lost = sheet.step(
        "Waste not collected W0",
        "M(1 − CR − CU − CC − CE)",
        mass * (HUNDRED - collected_recycling - collected_reuse - composted - energy_recovered) / 100,
        "kg",
    )
    end = ZERO
    if recycling_efficiency is not None:
        end = sheet.step(
            "Waste of recycling at the end WC",
            "M(1 − EC)CR",
            mass * (HUNDRED - recycling_efficiency) / 100 * collected_recycling / 100,
            "kg",
        )
    start = ZERO
    if feedstock_efficiency:
        start = sheet.step(
            "Waste of making recycled feedstock WF",
            "M(1 − EF)FR/EF",
            mass * (HUNDRED - feedstock_efficiency) / feedstock_efficiency * recycled_content / 100,
            "kg",
        )
    waste = sheet.step("Unrecoverable waste W", "W0 + (WF + WC)/2", lost + (start + end) / 2, "kg")
    lfi = sheet.step("Linear flow index LFI", "(V + W) / (2M + (WF − WC)/2)", (virgin + waste) / (2 * mass + (start - end) / 2))
    utility = sheet.step("Utility X", "(L/Lav)(U/Uav)", lifetime / reference_lifetime * intensity / reference_intensity)
    factor = sheet.step("Utility factor F(X)", "0.9/X", Fraction(9, 10) / utility)
    if renewable_content or composted or energy_recovered:
        sheet.note(
            "Biological content counts only from sustained production; composting and energy recovery only as the methodology allows."
        )
    return {
        "mci": sheet.step("Material Circularity Indicator", "max(0, 1 − LFI F(X))", max(ZERO, 1 - lfi * factor)),
        "lfi": lfi,
        "virgin_mass": virgin,
        "unrecoverable_waste": waste,
        "utility": utility,
    }
