"""What the tags and details of the audit trail are called by people."""

from ats.core.audit import Tag
from ats.core.text import N_

TAG_LABELS: dict[Tag, str] = {
    Tag.APPLICATION_SUBMIT: N_("Application sent"),
    Tag.APPLICATION_WITHDRAW: N_("Application withdrawn"),
    Tag.POOL_JOIN: N_("Joined the talent pool"),
    Tag.POOL_WITHDRAW: N_("Left the talent pool"),
    Tag.SHARING_OBJECT: N_("Objected to sharing"),
    Tag.SHARING_OBJECTION_RECORD: N_("Objection recorded"),
    Tag.MESSAGE_SEND: N_("Mail sent"),
    Tag.DOCUMENT_READ: N_("Document read and masked"),
    Tag.DOCUMENT_REFUSE: N_("Document could not be read"),
    Tag.APPLICATION_VIEW: N_("Application opened"),
    Tag.FINDING_REVEAL: N_("Masked part shown"),
    Tag.STAFF_SIGN_IN: N_("Signed in"),
    Tag.STAFF_SIGN_IN_FAIL: N_("Sign-in failed"),
    Tag.STAFF_SIGN_OUT: N_("Signed out"),
    Tag.ACCOUNT_ADD: N_("Account added"),
    Tag.ERASURE_BEGIN: N_("Erasure begun"),
    Tag.ERASURE_DONE: N_("Erased"),
    Tag.RETENTION_RUN: N_("Retention run"),
}

DETAIL_LABELS: dict[str, str] = {
    "affiliate": N_("Affiliate"),
    "basis": N_("Basis"),
    "cause": N_("Cause"),
    "channel": N_("Channel"),
    "count": N_("Count"),
    "counts": N_("Counts"),
    "documents": N_("Documents"),
    "findings": N_("Findings"),
    "label": N_("Kind"),
    "labels": N_("Kinds"),
    "purpose": N_("Purpose"),
    "refusal": N_("Refusal"),
    "role": N_("Role"),
    "step": N_("Step"),
    "template": N_("Mail"),
    "tier": N_("Tier"),
    "vacancy_id": N_("Vacancy"),
}
