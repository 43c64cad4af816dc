"""Words that say what a number is, in the languages that applicants in Belgium bring along."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NATIONAL = r"""
rijks?register\w{0,14}|rijksregisternr|rrn|rr[- ]?n(?:umme)?r|rr|insz(?:[- ]?n(?:umme)?r)?|niss|inss|ssin|bis[- ]?n(?:umme)?ro?|bis[- ]?(?:number|no|nr)|num(?:ero|\.)?\ bis|
nationaal\ (?:nummer|nr|registratienummer)|nat(?:ionaal|\.)?[- ]?n(?:umme)?r|
(?:identificatie)?nummer\ (?:van\ de\ )?sociale\ zekerheid|sociale?\ ?zekerheids?n(?:umme)?r|
reg(?:istre|\.)?\ ?nat(?:ional|\.)?|n(?:um(?:ero)?|[°o])?\.?\ ?(?:de\ |du\ )?(?:reg(?:istre|\.)?\ ?)?nat(?:ional|\.)|rn\ ?:|
nat(?:ional|\.)?\ ?(?:register|reg\.?)\w{0,8}|national\ (?:number|no|nr|id(?:entity|entification)?)(?:\ ?(?:number|no))?|register\ (?:nr|no|number)|
national(?:register)?\-?(?:nummer|nr)|nationalregister\w{0,8}|personennummer|personalnummer\ \(staat\)|identifikationsnummer|erkennungsnummer|
burgerservicen(?:umme)?r|bsn|sofi(?:[- ]?n(?:umme)?r)?|
(?:n(?:um(?:ero)?|[°o])?\.?\ ?(?:de\ )?)?secu(?:rite)?(?:\ sociale)?|n[°o]?\.?\ ?ss|nir|numero\ d'inscription\ au\ repertoire|
steuer[- ]?id\w{0,24}|steueridentifikationsn(?:umme)?r|steuerliche\ identifikationsnummer|idnr|tin|
(?:renten|sozial)versicherungs?[- ]?n(?:umme)?r|rv[- ]?n(?:umme)?r|sv[- ]?n(?:umme)?r|svnr|rvnr|vsnr|sozialversicherung|ahv(?:[- ]?n(?:umme)?r)?|numero\ avs|avs|
matricule\ (?:national|luxembourgeois\w*|social|cns)|(?:national|luxembourg\w*|luxemburg\w*)\s(?:matricule|matrikel)\w*|matrikel(?:nummer|nr)?|
nino|ni\ (?:number|no)|n\.?i\.?\ number|national\ insurance(?:\ (?:number|no))?|nhs\ (?:number|no)|
dni|nie|nif|numero\ de\ contribuinte|contribuinte|cartao\ de\ cidadao|codice\ fiscale|cod(?:ice|\.)?\ ?fisc(?:ale|\.)?|c\.f\.|pesel|cnp|cod\ numeric\ personal|egn|amka|afm|oib|jmbg|emso|
rodne\ cislo|rc|szemelyi\ szam|taj(?:\ szam)?|adoazonosito|pps[n]?(?:\ (?:number|no))?|personnummer|cpr(?:[- ]?(?:nummer|number))?|hetu|henkilotunnus|isikukood|
personas\ kods|asmens\ kodas|tckn|t\.?c\.?\ ?(?:kimlik)?(?:\ ?no)?|kimlik(?:\ no)?|rnokpp|inn|ipn|aadhaar|aadhar|pan(?:\ (?:no|number|card))?|
(?:social\ security|ss)(?:\ (?:number|no|nr|nbr))?|ssn|sin|cpf|curp|fodselsnummer|kennitala|personal\ (?:code|identification\ number|id)|identity\ number|id[- ]?number|numero\ d'identite\ nationale|id\ no
"""
_DOCUMENT = r"""
(?:identiteits|verblijfs?|vreemdelingen|e?id)[- ]?kaart\w{0,10}|e-?id(?:[- ]?(?:nummer|nr|card|kaart))?|kaart[- ]?n(?:umme)?r|kaartnummer|id[- ]?kaart|[a-f]\+?[- ]?kaart|
(?:internationaal\ |reis)?pas(?:poort)?(?:nummer|[- ]?nr)|paspoort|reispas|reisdocument|verblijfs(?:titel|document|vergunning)\w{0,8}|
rijbewijs[- ]?n(?:umme)?r|rijbewijs|
carte\ (?:nationale\ )?d'identite|cni|cnie|cin|c\.i\.n\.?|numero\ de\ (?:la\ )?carte|n[°o]\.?\ (?:de\ )?carte|carte\ (?:de\ (?:sejour|resident)|bleue|[a-m]\+?)|ci\ n[°o]|
titre\ de\ sejour|passeport|permis\ de\ conduire|permis|
(?:identity|id|residence|resident|foreigner'?s?|green|blue)[- ]card|(?:residence|single|work)\ permit|passport|(?:driving|driver'?s?)\ (?:licen[cs]e|permit)|card(?:\ (?:no|number|nr))?|[a-m]\+?[- ]card|
personalausweis\w{0,8}|ausweis\w{0,8}|(?:nummer\ der\ )?karte|reisepass\w{0,8}|pass[- ]?n(?:umme)?r|aufenthalts(?:titel|karte|erlaubnis)\w{0,8}|fuhrerschein\w{0,8}|fuehrerschein\w{0,8}|fahrausweis\w{0,8}|identitatskarte\w{0,8}|id[- ]?karte|
(?:roemeense|poolse|bulgaarse|italiaanse|spaanse|portugese|franse|nederlandse|duitse|marokkaanse|turkse)\ (?:identiteits)?kaart|kaart|carte|dowod(?:\ osobisty)?|buletin|documento|
(?:romanian|polish|bulgarian|italian|spanish|portuguese|french|dutch|german|moroccan|turkish)\ (?:id|card)
"""
_PHONE = r"""
tel(?:\.|efoon|ephone|efon|efonisch|efono)?(?:nummer|nr)?|gsm(?:[- ]?n(?:umme)?r)?|mobiel|mobile|mobil|mob\.?|handy|natel|phone|portable|fax|whats?app|bellen|bel\ mij|appeler|anrufen|call|sms|viber|signal|telegram|privatnummer|festnetz|vast
"""
_BANK = r"""
iban|bic|rekening(?:nummer|nr)?|rek\.?|bankrekening\w{0,8}|zichtrekening|compte(?:\ (?:bancaire|en\ banque))?|cpte|rib|bank(?:\ ?account)?|account(?:\ (?:number|no))?|konto(?:nummer|nr|verbindung)?|bankverbindung|gehaltskonto
"""
_OTHER = r"""
btw|tva|vat|mwst|ust|ondernemings(?:nummer|nr)|kbo|bce|cbe|entreprise|bedrijfsnummer|unternehmens\w{0,8}|enterprise\ number|company\ (?:number|no)|siret|siren|kvk|hrb?|che|
isbn|issn|ean|doi|issue|ticket|commit|hash|versie|version|release|build|
certifica\w{0,4}|zertifikat\w{0,6}|attest\w{0,10}|brevet|vca|bescheinigung|diplom\w{0,6}|licen[cs]e\ no|prc|lidnummer|membership|membre\ n|mitglieds\w{0,8}|
dossier\w{0,8}|project\w{0,8}|projet\w{0,4}|projekt\w{0,8}|order\w{0,8}|bestel\w{0,8}|bon|factuur\w{0,8}|facture\w{0,2}|invoice|rechnung\w{0,8}|offerte|po|lot|los|chantier|werf|
ref(?:erentie|erence|\.)?|kenmerk|aktenzeichen|az|selectienummer|vacature\w{0,8}|vacancy|annonce|kundennummer|klantnummer|client|customer|badge|stamboek\w{0,8}|stamnummer|personeels\w{0,8}|personnel|staff|
inami|riziv|big|visum|visa|fsma|bic\ code|mededeling|ogm|vcs|communication|cisco|csco|istqb|registratie\w{0,8}|registration|registrier\w{0,8}|agrement|erkennings\w{0,8}|nummerplaat|plaque|plate|kennzeichen|chassis|vin|serie\w{0,8}|serial|artikel|article|art|pc|cp|cct|cao|convention|norm\w{0,4}|iso|en\ iso|din
"""
_SPLIT = re.compile(r"\s*\n\s*")


def _alternatives(source: str) -> str:
    return _SPLIT.sub("", source.strip())


_CUE = re.compile(
    r"(?<![^\W_])(?:(?P<national>" + _alternatives(_NATIONAL) + r")|(?P<document>" + _alternatives(_DOCUMENT)
    + r")|(?P<phone>" + _alternatives(_PHONE) + r")|(?P<bank>" + _alternatives(_BANK)
    + r")|(?P<other>" + _alternatives(_OTHER) + r"))(?![^\W\d_])",
)  # fmt: skip
_GLUED = re.compile(r"(?:rijksregister\w{0,6}|rrn|rr|insz|niss|inss|bis|bsn|nr|nat)[-. ]?(?:nr|nummer)?[:.]?\Z")
_NUMBER_WORD = re.compile(r"(?:n[r°o]?|num(?:mer|ero|ber)?|nummer|no|numéro|#)[.:]?\s{0,2}[:.]?\s{0,2}[\"']?\Z")
_PREFIX = re.compile(r"(?<![a-z])[a-z]{1,3}[ .-]?\Z")
REACH = 84
_OTHER_REACH = 16


@dataclass(frozen=True, slots=True)
class Cue:
    """The nearest word before a number that says what it is: its kind and how many characters lie between."""

    kind: str
    gap: int
    word: str
    numbered: bool


_NONE = Cue("", 999, "", False)


def cue_before(low: str, start: int, floor: int) -> Cue:
    """Give the nearest cue in the 84 characters before ``start``, not looking before ``floor``."""
    left = max(floor, start - REACH)
    before = low[left:start]
    numbered = bool(_NUMBER_WORD.search(_PREFIX.sub("", before[-20:])))
    last: re.Match[str] | None = None
    for match in _CUE.finditer(before):
        far = match.lastgroup == "other" and len(before) - match.end() > _OTHER_REACH
        held = last is not None and last.lastgroup in ("national", "document") and match.lastgroup == "other"
        if not (held and last is not None and (far or match.start() - last.end() < _OTHER_REACH)):
            last = match
    if last is None:
        glued = _GLUED.search(before[-24:])
        return Cue("national", 0, glued.group(), True) if glued and before[-1:].isalpha() else _NONE
    return Cue(str(last.lastgroup), len(before) - last.end(), last.group(), numbered)
