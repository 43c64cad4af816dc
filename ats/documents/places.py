"""What a document is for, and what each of its sealed fields is bound to."""

from enum import StrEnum


class Purpose(StrEnum):
    """Why the applicant sent a document."""

    CV = "cv"
    LETTER = "letter"


def place(field: str, document_id: object) -> str:
    """The context of a sealed field: copied to another field or row it does not open."""
    return f"document.{field}:{document_id}"
