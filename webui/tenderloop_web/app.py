"""Puts the application together: configuration, templates, protection, pages.

Knows which parts there are. Must not know what any of them shows.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from flask import Flask, request
from jinja2 import StrictUndefined

import tenderloop
from tenderloop_web import wording
from tenderloop_web.answers import unit_shown
from tenderloop_web.api import bp as api
from tenderloop_web.failures import handle_failures
from tenderloop_web.filling import bp as filling
from tenderloop_web.pages import bp as pages
from tenderloop_web.security import MOST_FIELD, MOST_FIELDS, MOST_REQUEST, protect

SECRET = "TENDERLOOP_SECRET"  # noqa: S105  (the name of the variable)
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """The application.

    ``config`` overrides Flask's settings; the useful ones are TRUSTED_HOSTS (names under which it is reached), SESSION_COOKIE_SECURE
    (True behind HTTPS) and SECRET_KEY (else from the environment variable TENDERLOOP_SECRET, else random at each start: forms opened
    before a restart are then sent again with one click).
    """
    app = Flask("tenderloop_web")
    app.config.update(
        SECRET_KEY=os.environ.get(SECRET) or secrets.token_hex(32),
        SESSION_COOKIE_NAME="tenderloop",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=MOST_REQUEST,
        MAX_FORM_MEMORY_SIZE=MOST_FIELD,
        MAX_FORM_PARTS=MOST_FIELDS,
        TRUSTED_HOSTS=list(LOCAL_HOSTS),
        SEND_FILE_MAX_AGE_DEFAULT=86_400,
    )
    app.config.update(config or {})
    _templates(app)
    protect(app)
    handle_failures(app)
    for part in (pages, filling, api):
        app.register_blueprint(part)
    return app


def _templates(app: Flask) -> None:
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_translations(wording.translations(), newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(
        asset=_asset,
        language=wording.LANGUAGE,
        version=tenderloop.__version__,
        unit_shown=unit_shown,
        stage_words=wording.STAGE_WORDS,
        kind_words=wording.KIND_WORDS,
        rater_words=wording.RATER_WORDS,
        grade_words=wording.GRADE_WORDS,
        gate_words=wording.GATE_WORDS,
        topic_words=wording.TOPIC_WORDS,
        score_text=wording.score_text,
        exact=wording.exact,
        percent=wording.percent,
        faults=(),
    )
    # Not url_for: an error page must also show when the address or the host made no sense.
    app.context_processor(lambda: {"root": request.script_root})


@lru_cache(maxsize=16)
def _digest(name: str) -> str:
    return hashlib.sha256((files("tenderloop_web") / "static" / name).read_bytes()).hexdigest()[:10]


def _asset(name: str) -> str:
    """The address of a file of ours; it changes with its content, so that no browser keeps an old one."""
    return f"{request.script_root}/static/{name}?v={_digest(name)}"
