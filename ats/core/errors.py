"""The one hierarchy of errors: each has an HTTP status and a message that is safe to show.

A message is an English text for translation, without any value that a person typed: exceptions end up in logs
and job records, where personal data has no place.
"""

from collections.abc import Mapping

from ats.core.text import N_


class AtsError(Exception):
    """Base of everything that the product raises on purpose.

    status: HTTP status. code: stable name for machines (problem type). message: English text, safe to show.
    """

    status: int = 500
    code: str = "error"
    message: str = N_("Something went wrong on our side. Nothing that you sent was lost; please try again.")

    def __init__(self, message: str | None = None) -> None:
        if message is not None:
            self.message = message
        super().__init__(self.message)


class BadRequest(AtsError):
    """The request itself is malformed."""

    status = 400
    code = "bad-request"
    message = N_("The request could not be understood.")


class NotSignedIn(AtsError):
    """Nobody is signed in, or the session has ended."""

    status = 401
    code = "not-signed-in"
    message = N_("Please sign in first.")


class Forbidden(AtsError):
    """The actor is known and may not do this. For objects of others use NotFound: their existence is a fact too."""

    status = 403
    code = "forbidden"
    message = N_("Your role does not allow this.")


class NotFound(AtsError):
    """There is no such thing, or it is not yours."""

    status = 404
    code = "not-found"
    message = N_("This page does not exist, or no longer exists.")


class Conflict(AtsError):
    """The state changed meanwhile."""

    status = 409
    code = "conflict"
    message = N_("This changed meanwhile. Please look at the page again.")


class TooLarge(AtsError):
    """More bytes than allowed."""

    status = 413
    code = "too-large"
    message = N_("What you sent is too large.")


class UnsupportedMedia(AtsError):
    """A content type that this address does not take."""

    status = 415
    code = "unsupported-media-type"
    message = N_("This address does not accept that kind of content.")


class Invalid(AtsError):
    """A form with errors: field name -> English message with the remedy. Rendered again with what was typed."""

    status = 422
    code = "invalid"
    message = N_("Some fields need your attention.")

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__()
        self.fields = dict(fields)


class TooManyRequests(AtsError):
    """A named limit was reached. retry_after: seconds."""

    status = 429
    code = "too-many-requests"
    message = N_("Too many attempts. Please wait a moment and try again.")

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after


class Unavailable(AtsError):
    """Something that we depend on does not answer."""

    status = 503
    code = "unavailable"
    message = N_("The service is briefly unavailable. Please try again in a minute.")
