"""What a reader sees when something cannot be done: what happened, what to do, what became of the answers. Never our own insides.

Knows HTTP errors and faults. Must not know what the page would have shown.
"""

from __future__ import annotations

import logging

from flask import Flask, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, InternalServerError

from tenderloop.errors import Problem, Problems
from tenderloop_web.security import MOST_REQUEST, TokenError
from tenderloop_web.wording import _

log = logging.getLogger(__name__)

_SAID: dict[int, tuple[str, str]] = {
    400: (_("The request cannot be read"), _("Go back and send the form again. If you opened a file, check that it is the one you mean.")),
    403: (
        _("This page is too old, or was not sent from here"),
        _("Go to the start page and try again. Your browser must accept cookies from this site."),
    ),
    404: (_("There is no such page"), _("Check the address, or begin at the start page or the list of packs.")),
    405: (
        _("This page needs a form"),
        _(
            "This address shows answers that were sent with a form. Nothing is kept here, so it cannot be opened alone. "
            "Begin at the start page, or open your saved case there."
        ),
    ),
    408: (_("The request took too long"), _("Send it again.")),
    413: (
        _("Too much was sent at once"),
        _(
            "At most %(most)s MB are taken in one request. Make the file smaller, or send the papers apart: "
            "only their titles and pages are needed here.",
            most=MOST_REQUEST // 1_000_000,
        ),
    ),
    414: (_("The address is too long"), _("Begin at the start page.")),
    415: (_("This kind of content is not read here"), _("Send JSON with the header Content-Type: application/json.")),
    422: (_("There is a problem"), _("Mend what is listed below and send it again.")),
    429: (_("Too many requests"), _("Wait a minute and try again.")),
    500: (
        _("Something went wrong on our side"),
        _("Your answers are still in the page before this one: go back, save them as a file, and try again."),
    ),
    503: (_("Too many documents are being made just now"), _("Wait half a minute, go back, and try again.")),
}


def handle_failures(app: Flask) -> None:
    """Attach the handlers."""
    app.register_error_handler(HTTPException, http_failure)
    app.register_error_handler(Problems, problems_failure)
    app.register_error_handler(RecursionError, recursion_failure)
    app.register_error_handler(Exception, own_failure)


def is_api() -> bool:
    """Whether a program asks."""
    return request.path.startswith("/api/")


def http_failure(error: HTTPException) -> ResponseReturnValue:
    """A page, or problem+json for a program."""
    code = error.code or 500
    if code < 400:  # a redirect
        return error.get_response()
    title, help_text = _SAID.get(code, _SAID[500] if code >= 500 else _SAID[400])
    if is_api():
        response = problem_json(code, title, [Problem("http", help_text)])
    elif isinstance(error, TokenError) and "case" in request.form and not request.files:
        kept = [(name, value) for name, values in request.form.lists() if name != "csrf" for value in values]
        response = Response(render_template("resend.html", kept=kept, action=_own_path()), code)
    else:
        response = Response(render_template("failure.html", title=title, help=help_text, problems=()), code)
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    if code == 503:
        response.headers["Retry-After"] = "30"
    return response


def _own_path() -> str:
    return request.path if request.path in ("/case", "/case/download") else "/case"


def problems_failure(error: Problems) -> ResponseReturnValue:
    """Faults in what was sent, all of them."""
    return faulty(error.problems, 400)


def faulty(problems: tuple[Problem, ...], code: int) -> Response:
    """The faults as a page, or as problem+json."""
    title, help_text = _SAID[422]
    if is_api():
        return problem_json(code, title, list(problems))
    return Response(render_template("failure.html", title=title, help=help_text, problems=problems), code)


def recursion_failure(_error: RecursionError) -> ResponseReturnValue:
    """Something nested far too deeply."""
    return faulty((Problem("too-deep", "what was sent is nested too deeply", hint="close the brackets"),), 400)


def own_failure(error: Exception) -> ResponseReturnValue:
    """Our own bug: logged in full, shown as a plain page."""
    log.exception("%s %s", request.method, request.path)
    return http_failure(InternalServerError(original_exception=error))


def problem_json(code: int, title: str, problems: list[Problem]) -> Response:
    """RFC 9457 with every fault in ``problems``."""
    response = jsonify(
        {
            "type": "about:blank",
            "title": title,
            "status": code,
            "problems": [
                {"code": each.code, "message": each.message, "file": each.file, "line": each.line, "where": each.where, "hint": each.hint}
                for each in problems
            ],
        }
    )
    response.status_code = code
    response.content_type = "application/problem+json"
    return response
