import pytest

import pii

NUMBERS = """
85.07.30-033 28|17 07 30 033 84|00000100166|00000100195|00000000128|00010000135|85073500107|75.06.08-980.09|75.46.08-980.95
01 49 07 001 85|00400100155|00200100112|00400100184|00200100141|00400000117|00200000171|00410000124|00210000178|85473500193
85273500150|75.26.08-980.52|85.07.30-033.28|850730 033 28|85/07/30-033.28
""".replace("\n", "|").strip("|")
NOT_NUMBERS = ("12345678901", "85133000105", "85533000191", "85333000148")
IBAN = "BE68539007547034"
SPELLINGS = (
    (4, 4, 4, 4), (16,), (2, 2, 4, 4, 4), (2, 2, 3, 7, 2), (4, 3, 7, 2), (2, 6, 4, 4), (4, 8, 4), (4, 12), (2, 14), (2, 2, 12),
)  # fmt: skip
FOREIGN = {
    "BSN: 111222333": "111222333",
    "n° de sécurité sociale 1 86 03 59 350 214 64": "1 86 03 59 350 214 64",
    "Steuer-ID 47 182 035 947": "47 182 035 947",
    "RV-Nr.: 65 110284 K 078": "65 110284 K 078",
    "matricule 1970 0712 364 35": "1970 0712 364 35",
    "SVNR 1237 010180": "1237 010180",
    "NIE X1234567L": "X1234567L",
    "NIF 123456789": "123456789",
    "codice fiscale RSSMRA85T10A562S": "RSSMRA85T10A562S",
    "PESEL 44051401359": "44051401359",
    "CNP 1800101221144": "1800101221144",
    "EGN 7523169263": "7523169263",
    "AMKA 01013099997": "01013099997",
    "OIB 33392005961": "33392005961",
    "rodné číslo 710319/2745": "710319/2745",
    "TAJ szám 123 456 788": "123 456 788",
    "PPSN 6433435F": "6433435F",
    "personnummer 880320-0016": "880320-0016",
    "CPR 211062-5629": "211062-5629",
    "henkilötunnus 131052-308T": "131052-308T",
    "isikukood 36805280109": "36805280109",
    "personas kods 161175-19997": "161175-19997",
    "asmens kodas 33309240064": "33309240064",
    "EMŠO 0101006500006": "0101006500006",
    "National Insurance number JT 48 27 16 C": "JT 48 27 16 C",
    "AHV-Nr. 756.9217.0769.85": "756.9217.0769.85",
    "T.C. kimlik no 17291716060": "17291716060",
    "RNOKPP 1759013776": "1759013776",
    "Aadhaar 2341 2341 2346": "2341 2341 2346",
}


def _found(text: str, label: pii.Label) -> list[str]:
    return [text[found.start : found.end] for found in pii.detect(text) if found.label is label]


@pytest.mark.parametrize("number", NUMBERS.split("|"))
@pytest.mark.parametrize("frame", ["{}", "rrn: {}", "Ref dossier {} volgt", "Nr:{}."])
def test_every_valid_belgian_number_is_found_whole(number: str, frame: str) -> None:
    assert _found(frame.format(number), pii.Label.NATIONAL_ID) == [number]


@pytest.mark.parametrize("number", NOT_NUMBERS)
def test_an_invalid_number_without_a_label_is_left_alone(number: str) -> None:
    assert _found(f"nummer {number} hier", pii.Label.NATIONAL_ID) == []


@pytest.mark.parametrize("sizes", SPELLINGS)
@pytest.mark.parametrize("mark", [" ", "-", "."])
def test_an_account_is_found_in_every_spelling(sizes: tuple[int, ...], mark: str) -> None:
    pieces, at = [], 0
    for size in sizes:
        pieces.append(IBAN[at : at + size])
        at += size
    spelled = mark.join(pieces)
    for text in (f"rekening {spelled}", f"mijn loon op {spelled.lower()} graag"):
        assert [value.lower() for value in _found(text, pii.Label.BANK)] == [spelled.lower()]


@pytest.mark.parametrize(("text", "number"), FOREIGN.items())
def test_foreign_numbers_are_found_beside_their_label(text: str, number: str) -> None:
    assert _found(text, pii.Label.NATIONAL_ID) == [number]


def test_identity_documents_are_found_after_their_label() -> None:
    for text, number in {
        "identiteitskaart 592-8471630-22": "592-8471630-22",
        "Paspoort EH 4082917 tot 2031": "EH 4082917",
        "rijbewijsnummer 1084 527 396": "1084 527 396",
        "Titre de séjour : carte A, n° B2047719 83": "B2047719 83",
        "Passport: P7140832B": "P7140832B",
        "Reisepass C01X00T47": "C01X00T47",
    }.items():
        assert _found(text, pii.Label.ID_DOCUMENT) == [number], text


def test_a_company_account_is_not_a_persons() -> None:
    assert _found(f"Factuur betaald op {IBAN} van de leverancier", pii.Label.BANK) == []


def test_contact_data_is_found() -> None:
    for text in (
        "an.peeters@telenet.be", "+32 (0)495 22 71 40", "0478/61.09.33", "Ottergemsesteenweg 418 bus 3, 9000 Gent",
        "12 bis rue Colbert, 59800 Lille", "Gospertstraße 87, 4700 Eupen", "linkedin.com/in/anpeeters",
    ):  # fmt: skip
        assert _found(text, pii.Label.CONTACT) == [text]
