"""The screens: rate a case in a browser. Nothing is kept here; a case travels with its forms.

``create_app`` makes the WSGI application, ``serve`` runs it (``tenderloop serve``).
"""

from __future__ import annotations

from tenderloop_web.app import create_app
from tenderloop_web.server import serve

__all__ = ["create_app", "serve"]
