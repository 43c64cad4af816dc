import subprocess
import sys

import pii


def test_importing_the_package_does_not_load_spacy() -> None:
    code = "import pii, sys; pii.mask('a', []); pii.tier_of('HEALTH'); sys.exit('spacy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_national_number_is_found_with_exact_offsets() -> None:
    text = "Rijksregisternummer: 85.07.30-033.28."
    (found,) = pii.detect(text)
    assert text[found.start : found.end] == "85.07.30-033.28"
    assert found.label is pii.Label.NATIONAL_ID and found.tier is pii.Tier.RESTRICTED


def test_a_masked_text_shows_only_placeholders() -> None:
    text = "Mail: an@voorbeeld.be, rekening BE68 5390 0754 7034"
    found = pii.detect(text)
    assert pii.mask(text, found, tiers=set(pii.Tier)) == "Mail: [CONTACT], rekening [BANK]"
    assert pii.mask(text, found) == "Mail: an@voorbeeld.be, rekening [BANK]"
    parts = pii.masked_parts(text, found)
    assert "".join(p if isinstance(p, str) else text[p.start : p.end] for p in parts) == text
