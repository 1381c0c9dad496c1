"""The composition root: settings in, a WSGI application out.

Everything that must be true of every request is set up here: who is calling, the size of what
they send, the security headers of what they get, and how a refusal is told.
"""

from __future__ import annotations

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

import config
import field_api
import field_app_pages
import public_site
import review_ui
from evidence.receipts import SigningKey, seed_of
from server import access, assets, caching, db, health, languages, policy, refusals, requests, stores
from server.engines import EXTENSION, Engines
from server.signing import Keeper
from server.telemetry import requests as told_requests


def create_app(settings: config.Settings | None = None) -> Flask:
    """Build the application.

    Raises:
        config.SettingsError: a setting cannot be used.
        server.policy.PolicyError: a policy file has a fault.
    """
    settings = settings or config.load()
    app = requests.Application("server")
    settings.data_root.mkdir(mode=0o700, parents=True, exist_ok=True)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        # Addresses in feeds, boards and previews are built on the name that was asked for.
        TRUSTED_HOSTS=list(settings.serving.hosts) or None,
        SESSION_COOKIE_NAME="saksi",
        SESSION_COOKIE_SECURE=settings.cookie_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_SSL_STRICT=settings.cookie_secure,
    )
    app.extensions[EXTENSION] = Engines(
        settings=settings,
        store=stores.store_of(settings),
        policies=policy.load(settings.policies_root),
        receipt_key=SigningKey(seed_of(config.receipt_key(settings))),
        signer=Keeper(settings),
    )
    app.request_class = requests.EvidenceRequest
    db.init(app, settings)
    told_requests.register(app)
    csrf = CSRFProtect(app)
    refusals.register(app)
    requests.register(app, csrf)
    # What is registered first is asked last: whether a page may be kept, once its cookies are known.
    caching.register(app)
    languages.register(app)
    assets.register(app)
    health.register(app)
    _register_doors(app)
    access.ensure_declared(app)
    _believe_proxies(app, settings.serving.proxies)
    return app


def _believe_proxies(app: Flask, number: int) -> None:
    """Take the caller's address and scheme from what this many proxies said, and from nobody else.

    Otherwise everyone behind a proxy has its address, and shares one limit of sign-ins. The host needs no such
    header: a proxy passes on the one that was asked for.
    """
    if number:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=number, x_proto=number, x_host=0)  # type: ignore[method-assign]


def _register_doors(app: Flask) -> None:
    """The rooms that face the outside; they know nothing of each other."""
    field_api.register(app)
    field_app_pages.register(app)
    review_ui.register(app)
    public_site.register(app)
