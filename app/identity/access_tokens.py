"""Access tokens: JSON Web Tokens (RFC 7519, RFC 9068) of ten minutes, by one algorithm, with nothing personal in them.

What a token says is only who and by which sign-in; what that person may do is read from the store at each request.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

import jwt

from app.identity.identity import Identity
from app.identity.refusals import NotSignedInError

ALGORITHM = "HS256"
TYPE = "at+jwt"
AUDIENCE = "virel-api"
LIFETIME = 600
"""Seconds."""
LEEWAY = 5
"""Seconds by which two machines' clocks may differ."""
CLAIMS = ("iss", "aud", "sub", "sid", "epoch", "iat", "nbf", "exp", "jti")
HEADERS = frozenset({"alg", "kid", "typ"})
LONGEST = 4_096
KEPT = 4_096
"""How many tokens' checked contents are kept at hand."""


@dataclass(frozen=True, slots=True)
class Claims:
    """A user, the family of refresh tokens that the token came with, and the user's epoch by then."""

    user: str
    family: str
    epoch: int


def kid(key: bytes) -> str:
    """The name of a key, which tells nothing of it."""
    return hmac.new(key, b"kid", sha256).hexdigest()[:16]


def issue(identity: Identity, claims: Claims) -> str:
    """A token."""
    key = identity.keys["access"][0]
    now = identity.now // 1_000_000
    said = {
        "iss": identity.url,
        "aud": AUDIENCE,
        "sub": claims.user,
        "sid": claims.family,
        "epoch": claims.epoch,
        "iat": now,
        "nbf": now,
        "exp": now + LIFETIME,
        "jti": secrets.token_urlsafe(12),
    }
    return jwt.encode(said, key, ALGORITHM, headers={"kid": kid(key), "typ": TYPE})


def read(identity: Identity, token: str) -> Claims:
    """What a token says. Raises NotSignedInError for one that this platform did not give, or that holds no longer."""
    try:
        return _read(identity, token)
    except (jwt.InvalidTokenError, ValueError) as error:
        raise NotSignedInError("This token does not hold: get a new one, or sign in.") from error


def _read(identity: Identity, token: str) -> Claims:
    if len(token) > LONGEST:
        raise jwt.InvalidTokenError("too long")
    found = _signed(token, tuple(identity.keys["access"]), identity.url)
    now = identity.now / 1_000_000
    if not found.begins - LEEWAY <= now < found.ends:
        raise jwt.InvalidTokenError("not now")
    return found.claims


@dataclass(frozen=True, slots=True)
class _Signed:
    """What a token says that is one of ours, whenever it holds."""

    claims: Claims
    begins: int
    ends: int


@lru_cache(maxsize=KEPT)
def _signed(token: str, keys: tuple[bytes, ...], issuer: str) -> _Signed:
    """A token's content, its signature checked; that never changes, so a token that comes again is not checked again."""
    header = jwt.get_unverified_header(token)
    if header.get("typ") != TYPE or header.keys() - HEADERS:
        raise jwt.InvalidTokenError("not an access token of ours")
    key = next((one for one in keys if kid(one) == header.get("kid")), None)
    if key is None:
        raise jwt.InvalidTokenError("no key of ours")
    # Times are judged by the platform's own clock, each time.
    said = jwt.decode(
        token,
        key,
        [ALGORITHM],
        options={"require": list(CLAIMS), "verify_exp": False, "verify_nbf": False, "verify_iat": False},
        audience=AUDIENCE,
        issuer=issuer,
    )
    match said:
        case {"exp": int() as ends, "nbf": int() as begins, "sub": str() as user, "sid": str() as family}:
            if ends - begins <= LIFETIME:
                return _Signed(Claims(user, family, int(said["epoch"])), begins, ends)
    raise jwt.InvalidTokenError("claims of another kind")
