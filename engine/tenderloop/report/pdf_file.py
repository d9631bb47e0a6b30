"""How the objects of a PDF become the bytes of its file: each is written out once, packed once, and the same every time.

Knows the outer form of PDF 1.7 files (ISO 32000-1, 7.5: body, object stream, cross-reference stream). Must not know what a report says.
pydyf would write every object out twice, to hash them, and pack the largest stream twice.
"""

from __future__ import annotations

import hashlib
import zlib
from io import BytesIO
from typing import Any

AMBIGUOUS_END = b"\r\nendstream"  # a packed stream that ends in a carriage return: readers differ on whether that is its last byte


def pack(stream: Any) -> None:
    """Pack a stream that asks for it, once and for all.

    >>> import pydyf
    >>> stream = pydyf.Stream([b"0 0 m"] * 40, compress=True)
    >>> pack(stream); stream.compress, stream.extra["Filter"], len(stream.stream[0]) < 30
    (False, '/FlateDecode', True)
    """
    stream.compress = False
    _head, _line, body = stream.data.partition(b"\nstream\n")
    content, packed = _packed(body.removesuffix(b"\nendstream"))
    if "Length1" in stream.extra:
        stream.extra["Length1"] = len(content)
    stream.extra["Filter"] = "/FlateDecode"
    stream.stream = [packed]


def write(pdf: Any, output: BytesIO, version: str, identifier: bytes) -> None:
    """The whole file. ``identifier`` becomes the first half of its ID; the second is the hash of what is written."""
    pdf.add_object(pdf.info)
    out = bytearray(b"%PDF-" + str(version).encode() + b"\n%\xf0\x9f\x96\xa4\n")
    places: list[tuple[int, int, int]] = []  # kind, place, generation or index: one line of the cross-reference for each object
    numbers: list[int] = []
    bodies: list[bytes] = []
    holder = len(pdf.objects)  # the number of the stream that holds the small objects
    for each in pdf.objects:
        if each.free == "f":
            places.append((0, 0, each.generation))
        elif each.compressible:
            places.append((2, holder, len(numbers)))
            numbers.append(each.number)
            bodies.append(each.data)
        else:
            places.append((1, len(out), each.generation))
            out += each.indirect + b"\n"
    places.append((1, len(out), 0))
    out += _held(numbers, bodies, holder)
    digest = hashlib.sha256(out).digest()[:16]
    last = _cross_reference([*places, (1, len(out), 0)], pdf, identifier, digest)
    while AMBIGUOUS_END in last:  # these lines can take no more at their end, but the place of this stream is one of them
        out += b"\n"
        last = _cross_reference([*places, (1, len(out), 0)], pdf, identifier, digest)
    output.write(out + last + b"startxref\n%d\n%%%%EOF\n" % len(out))


def _held(numbers: list[int], bodies: list[bytes], number: int) -> bytes:
    """The stream of small objects: where each begins, then all of them."""
    index: list[str] = []
    place = 0
    for each, body in zip(numbers, bodies, strict=True):
        index.append(f"{each} {place}")
        place += len(body) + 1
    head = " ".join(index).encode() + b"\n"
    extra = f"/Type/ObjStm/N {len(bodies)}/First {len(head)}"
    return _object(number, extra, _packed(head + b"\n".join(bodies))[1])


def _cross_reference(places: list[tuple[int, int, int]], pdf: Any, identifier: bytes, digest: bytes) -> bytes:
    """The last stream: for each object its kind, its place, and its generation or its index among the small ones."""
    widths = tuple(max(1, (max(line[column] for line in places).bit_length() + 7) // 8) for column in (1, 2))
    lines = b"".join(kind.to_bytes(1, "big") + place.to_bytes(widths[0], "big") + third.to_bytes(widths[1], "big")
                     for kind, place, third in places)  # fmt: skip
    root, info = pdf.catalog.reference.decode(), pdf.info.reference.decode()
    extra = (
        f"/Type/XRef/Index[0 {len(places)}]/W[1 {widths[0]} {widths[1]}]/Size {len(places)}"
        f"/Root {root}/Info {info}/ID[<{identifier.hex()}><{digest.hex()}>]"
    )
    return _object(len(places) - 1, extra, zlib.compress(lines, 6))


def _object(number: int, extra: str, packed: bytes) -> bytes:
    return f"{number} 0 obj\n<<{extra}/Filter/FlateDecode/Length {len(packed)}>>\nstream\n".encode() + packed + b"\nendstream\nendobj\n"


def _packed(content: bytes) -> tuple[bytes, bytes]:
    """Content and packed content, which never ends like the line that closes a stream: an end of line more changes no drawing, no font."""
    packed = zlib.compress(content, 6)
    while packed.endswith(b"\r"):
        content += b"\n"
        packed = zlib.compress(content, 6)
    return content, packed
