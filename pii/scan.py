"""The stages of the detector on one text: read, propose, weigh, resolve."""

from __future__ import annotations

from dataclasses import dataclass, field

from pii.age import age_candidates
from pii.candidates import Candidate
from pii.clauses import Clauses
from pii.context import weigh
from pii.findings import Finding
from pii.ident.address import address_candidates
from pii.ident.bank import bank_candidates
from pii.ident.contact import contact_candidates
from pii.ident.identity import identity_candidates
from pii.ident.numbers import runs
from pii.language import language_of
from pii.matcher import shipped
from pii.money import pay_candidates
from pii.partners import partner_candidates
from pii.people import assign_contacts
from pii.resolve import resolve
from pii.sections import mark_sections
from pii.spans import Spans
from pii.terms import field_candidates, section_candidates, term_candidates
from pii.text import Page, read
from pii.traits import trait_candidates


@dataclass(slots=True)
class Scan:
    """A text on its way through the stages."""

    page: Page
    clauses: Clauses
    candidates: list[Candidate] = field(default_factory=list)
    findings: tuple[Finding, ...] = ()


def propose(text: str) -> Scan:
    """Read a text and give every candidate on it, before any context is weighed."""
    page = read(text)
    page.language = language_of(text)
    hits = shipped().find(page.words, page.language)
    fields = mark_sections(page, hits)
    clauses = Clauses(page, hits)
    scan = Scan(page, clauses)
    out = scan.candidates
    groups = runs(page.low)
    out += bank_candidates(page, groups)
    taken = Spans((c.start, c.end) for c in out)
    out += identity_candidates(page, groups, taken)
    out += contact_candidates(page, taken)
    out += address_candidates(page, Spans((c.start, c.end) for c in out))
    out += pay_candidates(page, clauses)
    out += age_candidates(page, clauses)
    out += trait_candidates(page, hits, clauses)
    out += section_candidates(page)
    out += field_candidates(page, fields)
    out += partner_candidates(page, hits)
    out += term_candidates(page, hits, clauses, fields)
    return scan


def judge(scan: Scan) -> None:
    """Weigh the context of every candidate: scores change, and some are dismissed with a reason."""
    weigh(scan.page, scan.clauses, scan.candidates)
    assign_contacts(scan.page, scan.clauses, scan.candidates)


def settle(scan: Scan) -> None:
    """Turn what is left into findings that do not overlap."""
    scan.findings = resolve(scan.page, scan.candidates)


def weighed(text: str) -> Scan:
    """Read a text and weigh its candidates."""
    scan = propose(text)
    judge(scan)
    return scan


def examine(text: str) -> Scan:
    """Take a text through all stages."""
    scan = weighed(text)
    settle(scan)
    return scan
