"""Real files, damaged: cut, with wrong bytes, with values of another kind, with elements lost, doubled, renamed or moved. The same by seed.

    python tests/readers/damage.py COUNT [SEED] [WORD]     COUNT damaged files; WORD: only files whose name holds it

reads each copy with every reader of the tender side and prints, as JSON, what went wrong: any exception but ``Problems``, a file that takes
more than two seconds of the processor, a problem that names no file. One gigabyte of memory is all it may use. Knows how to damage; must
not know what a reader makes of it.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import re
import resource
import sys
import tarfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

from lxml import etree

DATA = Path(__file__).parents[3] / "shared" / "data"
MOST_SECONDS = 2.0
MOST_MEMORY = 1 << 30
LARGEST = 300_000  # bytes of a file that is damaged; larger ones hold the same

NUMBERS = (
    "-1",
    "0",
    "1e999",
    "1E-999",
    "9" * 5000,
    "1e999999999",
    "1e99999999999999999999999",
    "NaN",
    "-Infinity",
    "0x10",
    "1_0",
    "٣",
    "½",
    "1,5",
    "1.2.3",
    "--1",
    "−1",
    "1 000",
)
DAYS = ("2026-99-99", "0000-00-00", "9999-12-31+14:00", "2024-02-30T25:61:61Z", "31/12/2024", "2024-W01-1", "yesterday")
WORDS = ("", " ", "unpublished", "none", "\u2028", "\u202e!", "é", "\U0001f6b2", "/", "~1", "../../etc/passwd", "=1+1")
IDS = ("LOT-0000", "LOT-0001", "ORG-0001", "TEN-0001", "GLO-0001", "TPA-0001", "CON-0001", "circ-econ", "per-exa", "DAY", "yes", "false")
# Long ones, in which a pattern could search for the square of their length.
LONG = tuple(
    part * (80_000 // len(part))
    for part in ("x", "ab ", "a-", "1", "1 ", "1,", "1.", "-", " ", "\t\n", "(1", "[1 ", "1% ", "1/", "2024-", "x@")
)
TEXTS = (NUMBERS + DAYS + WORDS + IDS) * 2 + LONG
# Also what a JSON text may say and no value of Python can be.
TOKENS = (
    *(text for text in NUMBERS if text.isascii()),
    *("null", "true", "[]", "{}", '""', '"\\ud800"', '"\\u0000"', '"\\q"', "[" * 300 + "]" * 300, "[" * 100_000, "'x'", "undefined", "-"),
    *('{"$numberLong": "x"}', '{"a": 1, "a": 2}', "[null]", "[[]]", '[{"id": 1}]', '{"id": {}}', "1e400", "-0.0", "1" * 400),
)
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[\[\]{},:]')


def files(word: str = "") -> list[tuple[str, bytes]]:
    """Every file that may be damaged, members of archives each alone, in the order of their names."""
    found: list[tuple[str, bytes]] = []
    for path in sorted(each for each in DATA.rglob("*") if each.is_file()):
        name = path.relative_to(DATA).as_posix()
        if name.endswith(".tar.gz"):
            with tarfile.open(path) as archive:
                for member in archive:
                    held = archive.extractfile(member) if member.isfile() else None
                    if held is not None:
                        found.append((f"{name}!{member.name}", held.read()))
        found.append((name, path.read_bytes()))
    return [(name, data) for name, data in found if word in name and 0 < len(data) <= LARGEST]


def in_turn(originals: list[tuple[str, bytes]], chance: random.Random) -> list[tuple[str, bytes]]:
    """The files in an order that takes one of each folder in turn, so that the many notices do not crowd out the few passports."""
    folders: dict[str, list[tuple[str, bytes]]] = {}
    for each in originals:
        folders.setdefault(each[0].partition("/")[0], []).append(each)
    for held in folders.values():
        chance.shuffle(held)
    return [held[at] for at in range(max(map(len, folders.values()))) for held in folders.values() if at < len(held)]


# ---------------------------------------------------------------------------------------------------------------------------- damage


def cut(data: bytes, chance: random.Random) -> bytes:
    """The beginning, the end, or all but a middle."""
    start, end = sorted((chance.randrange(len(data) + 1), chance.randrange(len(data) + 1)))
    return chance.choice((data[:end], data[start:], data[:start] + data[end:]))


def flipped(data: bytes, chance: random.Random) -> bytes:
    """Some bytes wrong, often those that mean something; or a stretch of zeros; or a stretch written twice."""
    changed = bytearray(data)
    what = chance.randrange(6)
    if what < 4:
        special = b"\x00\xff\xfe\x80\xc3\xef\xbb\xbf<>&;\"'{}[],:\\/=\n\r\x1b\x1e"
        for _ in range(chance.choice((1, 3, 20))):
            at = chance.randrange(len(changed))
            changed[at] = chance.choice(special) if chance.random() < 0.6 else changed[at] ^ (1 << chance.randrange(8))
    else:
        start, size = chance.randrange(len(changed)), chance.choice((1, 16, 3000))
        changed[start : start + size] = bytes(size) if what == 4 else bytes(changed[start : start + size]) * 3
    return bytes(changed)


def swapped_json(data: bytes, chance: random.Random) -> bytes:
    """Objects for lists for texts for numbers for nothing, at random places; keys renamed, dropped and written twice."""
    try:
        value = json.loads(data.decode("utf-8-sig"))
    except ValueError:
        return _tokens_swapped(data, chance)
    places: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        one = waiting.pop()
        for key in list(one) if isinstance(one, dict) else range(len(one)):
            places.append((one, key))
            if isinstance(one[key], dict | list):
                waiting.append(one[key])
    if not places:
        return _tokens_swapped(data, chance)
    held = [holder[key] for holder, key in chance.choices(places, k=20)]
    for _ in range(chance.choice((1, 4, 30))):
        holder, key = chance.choice(places)
        if not (key in holder if isinstance(holder, dict) else key < len(holder)):
            continue
        if isinstance(holder, dict) and chance.random() < 0.2:
            moved = holder.pop(key)
            if chance.random() < 0.5:
                holder[chance.choice(places)[1] if chance.random() < 0.7 else key.upper()] = moved
            continue
        holder[key] = _other(holder[key], held, chance)
    ascii_only, indent = chance.random() < 0.5, chance.choice((None, None, 1))
    try:
        return json.dumps(value, ensure_ascii=ascii_only, indent=indent, default=str).encode("utf-8", "replace")
    except (RecursionError, ValueError, TypeError):  # a value was put into itself
        return _tokens_swapped(data, chance)


def _other(value: Any, held: list[Any], chance: random.Random) -> Any:
    choices: tuple[Callable[[], Any], ...] = (
        lambda: None,
        lambda: chance.choice((True, False, 0, -1, 10**40, 1e308, -0.0, 0.1, float("nan"), float("inf"))),
        lambda: chance.choice(TEXTS),
        lambda: chance.choice(([], {}, [[]], [{}], [None], {"": None}, {"id": []}, {"en": "x"}, [1, "x", {}])),
        lambda: [deepcopy(value)],
        lambda: {"id": deepcopy(value)},
        lambda: {str(at): each for at, each in enumerate(value)} if isinstance(value, list) else str(value)[:1000],
        lambda: list(value.values()) if isinstance(value, dict) else [value, value],
        lambda: deepcopy(chance.choice(held)),
        lambda: value * 3 if isinstance(value, list) and len(value) < 50 else {"value": value},
    )
    return chance.choice(choices)()


def _tokens_swapped(data: bytes, chance: random.Random) -> bytes:
    """Single words, numbers and brackets of a JSON text exchanged for others, allowed there or not."""
    found = list(_TOKEN.finditer(data))
    if not found:
        return flipped(data, chance)
    for token in sorted(chance.sample(found, min(len(found), chance.choice((1, 5)))), key=lambda each: -each.start()):
        data = data[: token.start()] + chance.choice(TOKENS).encode() + data[token.end() :]
    return data


def changed_xml(data: bytes, chance: random.Random) -> bytes:
    """Elements lost, doubled, renamed, moved or wrapped; texts and attributes exchanged."""
    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return flipped(data, chance)
    for _ in range(chance.choice((1, 5, 40))):
        elements = [each for each in root.iter() if isinstance(each.tag, str)]
        # a branch near the root is as likely as one of the thousand leaves
        one = chance.choice(elements[: max(1, len(elements) // 20)] if chance.random() < 0.2 else elements)
        _changed(one, elements, chance)
    if chance.random() < 0.1:
        encoding = chance.choice(("utf-16", "iso-8859-1", "us-ascii", "utf-32"))
        return etree.tostring(root, encoding=encoding, xml_declaration=True)
    return etree.tostring(root, encoding="utf-8", xml_declaration=chance.random() < 0.8)


def _changed(one: etree._Element, elements: list[etree._Element], chance: random.Random) -> None:
    parent, what = one.getparent(), chance.randrange(12)
    if what < 3:
        one.text = chance.choice([text for text in TEXTS if "\x00" not in text])
    elif what < 5 and one.attrib:
        name = chance.choice([str(key) for key in one.attrib])
        if chance.random() < 0.3:
            del one.attrib[name]
        else:
            one.set(name, chance.choice(TEXTS))
    elif what == 5:
        one.tag = chance.choice((chance.choice(elements).tag, etree.QName(one).localname, "{urn:other}" + etree.QName(one).localname))
    elif parent is None:
        one.text = "words"
    elif what == 6:
        parent.remove(one)
    elif what == 7:
        times, size = chance.choice((1, 1, 3, 200)), sum(1 for _ in one.iter())
        for _ in range(times if times * size < 2000 and len(elements) < 20_000 else 1):
            parent.insert(parent.index(one), deepcopy(one))
    elif what == 8:
        goal = chance.choice(elements)
        if one is not goal and one not in goal.iterancestors():
            goal.insert(chance.randrange(len(goal) + 1), one)
    elif what == 9:
        deepest = one
        for _ in range(chance.choice((1, 30, 300))):
            deepest = etree.SubElement(deepest, one.tag)
        deepest.text = "1"
    elif what == 10:
        one[:] = []
    else:
        one.insert(0, chance.choice((etree.Comment("x"), etree.ProcessingInstruction("x"), etree.Entity("nbsp"), etree.Element("b"))))
        one[0].tail = "words"


def changed_book(data: bytes, chance: random.Random) -> bytes:
    """A workbook whose parts are damaged, lost or doubled, and which still unpacks."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as book, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        names = book.namelist()
        chosen = set(chance.sample(names, min(len(names), chance.choice((1, 1, 3)))))
        for name in names:
            part = book.read(name)
            if name in chosen and part:
                if chance.random() < 0.1:
                    continue
                part = chance.choice((changed_xml, changed_xml, changed_xml, flipped, cut))(part, chance)
            made.writestr(name, part)
    return packed.getvalue()


def changed_table(data: bytes, chance: random.Random) -> bytes:
    """Cells of a text table exchanged for others, with quotes, separators and ends of lines in them."""
    parts = re.split(rb"([,;\t\n])", data)
    for _ in range(chance.choice((1, 10, 100))):
        cell = chance.choice((*TEXTS, '"', '""', '"a\nb"', "'", ",,,,", "\r", "\x00", ";" * 3000, '"' * 999)).encode("utf-8", "replace")
        parts[chance.randrange(len(parts))] = cell
    return b"".join(parts)


def damaged(name: str, data: bytes, chance: random.Random) -> tuple[str, bytes]:
    """A damaged copy, and what was done to it."""
    if data.startswith(b"\x1f\x8b") and chance.random() < 0.7:
        how, inner = damaged(name, gzip.decompress(data), chance)
        return f"{how}, packed again", gzip.compress(inner, 1)
    ways: list[Callable[[bytes, random.Random], bytes]] = [cut, flipped]
    start = data[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] in (b"{", b"["):
        ways += [swapped_json, swapped_json, swapped_json, _tokens_swapped]
    elif start[:1] == b"<":
        ways += [changed_xml] * 5
    elif start[:2] == b"PK":
        ways += [changed_book] * 5
    elif b"," in start or b";" in start:
        ways += [changed_table] * 2
    way = chance.choice(ways)
    return way.__name__.strip("_"), way(data, chance)


# --------------------------------------------------------------------------------------------------------------------------- reading


def read_everything(data: bytes, file: str) -> Counter[str]:
    """How many records and problems of each code come out. Raises what a reader should not; ``AssertionError`` where a problem is bare."""
    from tenderloop.errors import Problem, Problems
    from tenderloop.notice import Notice
    from tenderloop.notice_fields import FIELDS, field_value
    from tenderloop.readers.flattened import is_flattened, unflatten
    from tenderloop.readers.grids import Table
    from tenderloop.readers.notices import read_records
    from tenderloop.weighting import weights_of

    found: Counter[str] = Counter()
    unread: list[Problem] = []
    for record in read_records(data, file=file, unread=unread):
        try:
            problems = record.every_problem()
        except Problems as refused:
            unread += refused.problems
            continue
        found["record"] += 1
        _check(problems, file)
        found.update(problem.code for problem in problems)
        if isinstance(record.content, Notice):
            for lot in record.content.lots:
                weights_of(lot)
            for field in FIELDS:
                field_value(record.content, field)
        elif isinstance(record.content, Table):
            for sheet in record.content.sheets:
                assert len(sheet.heads) < 100_000
            if is_flattened(record.content):
                _check(unflatten(record.content).problems, file)
    _check(unread, file)
    found.update(problem.code for problem in unread)
    return found


def _check(problems: Any, file: str) -> None:
    for problem in problems:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", problem.code), problem
        assert problem.file.startswith(file), f"a problem names no file: {problem!r:.300}"
        assert problem.message, problem
        said = len(problem.message) + len(problem.hint)  # the place may be long: two hundred elements deep
        assert said < 1500, f"a message of {said} characters: {problem.code}"


def campaign(count: int, seed: int, word: str = "") -> Iterator[dict[str, Any]]:
    """What each damaged copy gave: its name, what was done, seconds, counts, and the fault, empty when there is none."""
    chosen = in_turn(files(word), random.Random(seed))
    for turn in range(count):
        name, data = chosen[turn % len(chosen)]
        one = random.Random(f"{seed} {turn}")
        how, copy = damaged(name, data, one)
        found: Counter[str] = Counter()
        fault = ""
        before = time.process_time()
        try:
            found = read_everything(copy, "damaged")
        except Exception:
            fault = traceback.format_exc()[-1500:]
        took = time.process_time() - before
        if took > MOST_SECONDS:
            fault += f"took {took:.1f} s for {len(copy)} bytes"
        yield {"turn": turn, "name": name, "how": how, "seconds": took, "found": found, "fault": fault}


def main(count: int, seed: int = 1, word: str = "") -> int:
    """Runs a campaign in this process, which may use a gigabyte; prints one JSON object; 1 when something went wrong."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    faults, slowest, ways, codes = [], (0.0, ""), Counter[str](), Counter[str]()
    for each in campaign(count, seed, word):
        ways[each["how"]] += 1
        codes.update(each["found"])
        slowest = max(slowest, (each["seconds"], f"{each['name']}, {each['how']}"))
        if each["fault"]:
            faults.append({key: each[key] for key in ("turn", "name", "how", "fault")})
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    told = {"count": count, "seed": seed, "peak_megabytes": peak, "slowest": slowest, "ways": ways, "codes": codes, "faults": faults}
    print(json.dumps(told))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), *(int(word) for word in sys.argv[2:3]), *sys.argv[3:4]))
