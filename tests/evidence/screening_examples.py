"""Invented notices and texts for the tests of screening, of two kinds that a model can tell apart."""

from __future__ import annotations

from tenderloop.evidence.training import Example, text_example
from tenderloop.notice import Code, Lot, Notice, Party, Text

GREEN = ("solar power plant", "hydropower station with turbines", "renewable energy and grid connection", "irrigation with solar pumps")
OTHER = ("audit of annual accounts", "school furniture and benches", "road surfacing with asphalt", "office software licences")


def invented_texts(count: int = 40) -> list[Example]:
    """As many green texts as others; no two alike enough to be one template."""
    found = []
    for number in range(count):
        for subjects, green in ((GREEN, True), (OTHER, False)):
            subject = subjects[number % 4]
            own = " ".join(f"{letter}{chr(97 + number % 26)}{chr(97 + (number * 7 + at) % 26)}xq" for at, letter in enumerate("bcdfghjklm"))
            found.append(text_example(f"{number:02}-{green}", f"{own}. Procurement of {subject} for the ministry. {own[::-1]}", green))
    return found


def notice(
    number: int, *, procedure: str = "", buyer: str = "", words: str = "", codes: tuple[Code, ...] = (), language: str = "en"
) -> Notice:
    """A published notice with one lot."""
    lot = Lot(
        "LOT-0001",
        "Lot",
        "/*/cac:ProcurementProjectLot[1]",
        texts=(Text(words or f"Lot words {number}", "description", "/*/cac:ProcurementProjectLot[1]/cbc:Description", language),),
        codes=codes,
    )
    return Notice(
        "eforms",
        "eforms-sdk-1.10",
        f"notice-{number}",
        procedure,
        "tender",
        publication=f"{number:08}-2024",
        languages=(language,),
        nature="supplies",
        codes=(Code("cpv", "39130000", "/cpv"),),
        lots=(lot,),
        parties=(Party("ORG-1", buyer, ("buyer",), "/org", "FRA"),) if buyer else (),
    )


def strategic(code: str) -> Code:
    """BT-06."""
    return Code("strategic-procurement", code, "/x", "LOT-0001")
