"""Recognising a form that was sent before."""

from ats.applications.tables import Application


async def was_sent(form_hash: bytes) -> bool:
    """Whether an application came from the form with this hash already.

    Quick and without a lock: `submit_application` settles a race of two equal forms by itself.
    """
    return await Application.exists().where(Application.form_hash == form_hash)
