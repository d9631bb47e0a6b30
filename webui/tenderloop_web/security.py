"""What protects these pages: headers, the token in every form, limits of a request, names of files that are sent back.

Knows HTTP. Must not know packs, cases or pages.
"""

from __future__ import annotations

import hmac
import re
import secrets
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from flask import Flask, Request, Response, request, session
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, ServiceUnavailable

MOST_REQUEST = 5_000_000
MOST_FIELD = 2_000_000
MOST_FIELDS = 6_000
WAIT_SECONDS = 20.0

HEADERS: dict[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class CarefulRequest(Request):
    """A request whose form may not have more fields than our longest page."""

    def _load_form_data(self) -> None:
        # Werkzeug counts the parts of a multipart form only; a million empty fields in the other kind cost seconds.
        if "form" not in self.__dict__ and self.mimetype == "application/x-www-form-urlencoded":
            length = self.content_length
            if length is None or length > MOST_FIELD or self.get_data(cache=True, parse_form_data=False).count(b"&") > MOST_FIELDS:
                raise RequestEntityTooLarge()
        super()._load_form_data()


class TokenError(HTTPException):
    """A form came without the token of this browser, or with another's."""

    code = 403
    description = "The form was not sent from a page that was opened in this browser."


def protect(app: Flask) -> None:
    """Headers on every answer, a token in every form."""
    app.request_class = CarefulRequest
    app.before_request(check_token)
    app.after_request(add_headers)
    app.jinja_env.globals["csrf_token"] = csrf_token


def csrf_token() -> str:
    """The token of this browser's session; made when a first form is shown."""
    if "token" not in session:
        session["token"] = secrets.token_urlsafe(32)
    return str(session["token"])


def check_token() -> None:
    """Refuse a form without the right token. The JSON interface takes no forms and reads no cookie, so it needs none."""
    if request.method != "POST" or request.path.startswith("/api/") or request.routing_exception is not None:
        return
    sent = request.form.get("csrf", "")
    held = session.get("token", "")
    if not held or not hmac.compare_digest(sent.encode("utf-8", "replace"), str(held).encode("utf-8")):
        raise TokenError()


def add_headers(response: Response) -> Response:
    """The headers of every answer. Pages stay with the reader; only our own files may be kept by the browser."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if not request.path.startswith("/static/"):
        # Not no-store: the browser's Back button must show a filled form again without asking.
        response.headers["Cache-Control"] = "private, no-cache"
    return response


def disposition(title: str, extension: str, plain: str = "") -> str:
    """The Content-Disposition of a download: an ASCII name for old programs, the real one beside it (RFC 6266, RFC 5987).

    ``plain`` is the name for old programs; without it, what is left of the title in ASCII.

    >>> print(disposition("Завод № 1", "pdf", "zavod_no_1"))
    attachment; filename="zavod_no_1.pdf"; filename*=UTF-8''%D0%97%D0%B0%D0%B2%D0%BE%D0%B4%20%E2%84%96%201.pdf
    >>> print(disposition('a"\\r\\nSet-Cookie: x=1/../b', "json"))
    attachment; filename="a Set-Cookie x 1 .. b.json"; filename*=UTF-8''a%20Set-Cookie%20x%201%20..%20b.json
    """
    printable = "".join(sign if sign.isprintable() else " " for sign in unicodedata.normalize("NFC", title))
    name = " ".join(re.sub(r'[\\/:*?"<>|%;=]', " ", printable).split()).strip(". ")[:80] or "tenderloop"
    ascii_name = " ".join(re.sub(r"[^A-Za-z0-9._ -]", " ", plain or name).split()).strip(". ")[:80] or "tenderloop"
    return f"attachment; filename=\"{ascii_name}.{extension}\"; filename*=UTF-8''{quote(f'{name}.{extension}', safe='')}"


class Turnstile:
    """Lets only so many through at once; who waits too long is told to come again."""

    def __init__(self, width: int, wait: float = WAIT_SECONDS) -> None:
        self._free = threading.BoundedSemaphore(width)
        self._wait = wait

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One turn; 503 when none comes free in time."""
        if not self._free.acquire(timeout=self._wait):
            raise ServiceUnavailable(retry_after=30)
        try:
            yield
        finally:
            self._free.release()
