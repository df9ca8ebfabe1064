"""The web application: every request gets an id, an answer that says what happened, and the headers that protect it."""

from __future__ import annotations

import re

from flask import Blueprint, Flask, Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from app.bootstrap import Platform
from app.road.commands import new_id
from app.road.problems import NotFoundError
from app.web.api.interface import interface
from app.web.body import MOST_BYTES, MalformedError
from app.web.context import EXTENSION
from app.web.pages.blueprint import pages
from app.web.pages.trouble import register_trouble
from app.web.problems import problem, register_problems
from app.web.public.inquire import public
from app.web.rates import limit_rates
from app.web.visitors import register_visitors
from app.web.wording.language import speak

MOST_UPLOAD = 20 * 1024 * 1024
_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


def create_app(platform: Platform) -> Flask:
    """The application that serves a platform."""
    app = Flask("virel", static_folder=None)
    app.config.update(
        SECRET_KEY=platform.key("flask"),
        SECRET_KEY_FALLBACKS=platform.keys("flask")[1:],
        MAX_CONTENT_LENGTH=MOST_UPLOAD,
        MAX_FORM_MEMORY_SIZE=MOST_BYTES,
        MAX_FORM_PARTS=100,
        PROPAGATE_EXCEPTIONS=False,
    )
    app.extensions[EXTENSION] = platform
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False  # an empty id is no address: 404, and no redirect to another operation
    if platform.settings.proxies:
        hops = platform.settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.before_request(_begin)
    app.after_request(_protect)
    limit_rates(app, platform.settings.rate, platform.settings.redis)
    register_problems(app)
    register_trouble(app)
    register_visitors(app)
    speak(app)
    api = Blueprint("api", __name__, url_prefix="/api/v1")
    api.before_request(_without_null)
    interface().route(api)
    app.register_blueprint(api)
    app.register_blueprint(pages())
    app.register_blueprint(public())
    app.add_url_rule("/healthz", "healthz", _healthy)
    return app


def _begin() -> None:
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else new_id()
    if request.mimetype == "application/x-www-form-urlencoded":
        request.max_content_length = MOST_BYTES  # the limit for forms is one for those in parts only; pictures come so


def _without_null() -> None:
    """No id and no argument has the null character, which PostgreSQL cannot keep. Raises what a missing id raises."""
    for name, value in (request.view_args or {}).items():
        if "\0" in value:
            raise NotFoundError(name, "")
    for name, value in request.args.items(multi=True):
        if "\0" in name or "\0" in value:
            raise MalformedError("the address holds the null character")


def _healthy() -> Response:
    """Whether this process can do its work: the store answers and a release is live."""
    from app.web.context import platform

    here = platform()
    try:
        with here.database.connect() as connection:
            release = here.releases.live(connection)
    except LookupError as error:
        return problem(503, str(error))
    return Response(f'{{"ok":true,"release":{release}}}', content_type="application/json; charset=utf-8")


def _protect(response: Response) -> Response:
    headers = response.headers
    headers["X-Request-Id"] = g.get("request_id", "")
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "geolocation=(), camera=(), microphone=()"
    headers.setdefault(
        "Content-Security-Policy",
        "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
    )
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    headers.setdefault("Cache-Control", "no-store")
    return response
