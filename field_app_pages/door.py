"""The blueprint of the phone app, and what a browser lets its pages do.

They may use camera, position and the sensors of the phone's attitude, show pictures that the phone itself holds
(``blob:``), and run a service worker. They may not run a script that stands in a page, load anything from
elsewhere, nor be framed; and nothing else of the server gains by what they may.
"""

from __future__ import annotations

from flask import Blueprint, Response

#: The key of ``app.config`` under which the folder of the built app stands.
BUILD = "FIELD_APP_BUILD"
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
    "connect-src 'self'; worker-src 'self'; font-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
PERMISSIONS_POLICY = (
    "camera=(self), geolocation=(self), accelerometer=(self), gyroscope=(self), magnetometer=(self), "
    "microphone=(), payment=(), usb=()"
)

bp = Blueprint("field_app_pages", __name__, url_prefix="/field")


@bp.after_request
def harden(response: Response) -> Response:
    """Say what the app's pages may do, before the rest of the server says it more narrowly."""
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["Permissions-Policy"] = PERMISSIONS_POLICY
    return response
