"""Why somebody is not let in. No message tells whether an account exists."""

from __future__ import annotations


class RefusedEntryError(Exception):
    """Somebody is not let in; the message says what to do."""


class NotSignedInError(RefusedEntryError):
    """Nothing says who it is, or what says so no longer holds."""


class WrongPasswordError(RefusedEntryError):
    """No active account has this address and this password; which of the two is wrong is never told."""

    def __init__(self) -> None:
        super().__init__("The e-mail address or the password is wrong.")


class InvalidGrantError(RefusedEntryError):
    """A refresh token that is unknown, used, expired or revoked."""

    def __init__(self) -> None:
        super().__init__("This refresh token no longer holds: sign in again.")


class ThrottledError(RefusedEntryError):
    """Too many attempts. ``seconds`` is how long to wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many attempts from here: try again in {seconds} s.")
        self.seconds = seconds


class ForeignOriginError(RefusedEntryError):
    """A write that a session's cookie alone vouches for, and that may have been sent by another site."""
