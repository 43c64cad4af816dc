"""Which of the four languages a text is written in, by its commonest words."""

from __future__ import annotations

import re

_WORD = re.compile(r"[a-zà-ÿ]+")
COMMON: dict[str, frozenset[str]] = {
    "nl": frozenset(
        "de het een en van ik in is dat op te met voor niet zijn aan er om bij ook naar als dan maar mijn heb ben "
        "werd wordt of uit over nog wel tot door deze onder sinds jaar geen meer wij u uw haar hun ervaring opleiding "
        "werk talen naam geboren adres telefoon".split()
    ),
    "fr": frozenset(
        "le la les des un une et de du je en est que dans pour pas sur au aux avec mon ma mes par ce qui ne se plus "
        "son sa ses il elle nous vous votre notre depuis ans chez ou mais été suis ai leur sans comme cette formation "
        "expérience langues nom né née adresse".split()
    ),
    "en": frozenset(
        "the of and a to in i is that for on with as was at by my from it an be have this which or are not but we our "
        "your you has had their who when where since years work experience education languages name born address "
        "would am".split()
    ),
    "de": frozenset(
        "der die das und ich in ist zu den mit von für auf ein eine im nicht des dem bei als auch es an werden aus er "
        "sie nach wie meine mein bin habe wir über um noch zum zur seit jahre sich oder durch berufserfahrung "
        "ausbildung sprachen geboren anschrift telefon war".split()
    ),
}
_TRAITS = {"nl": ("ij", "aa", "sch"), "fr": ("é", "eau", "ç"), "en": ("th", "wh", "ing"), "de": ("ß", "ü", "ung")}
_SAMPLE = 20_000


_LANGUAGES: dict[str, tuple[str, ...]] = {}
for _name, _words in COMMON.items():
    for _word in _words:
        _LANGUAGES[_word] = (*_LANGUAGES.get(_word, ()), _name)


def language_of(text: str) -> str:
    """Give nl, fr, en or de, or "" when the text gives no ground to tell.

    Only the first 20,000 characters are looked at.
    """
    low = text[:_SAMPLE].lower()
    score = dict.fromkeys(COMMON, 0)
    for word in _WORD.findall(low):
        for language in _LANGUAGES.get(word, ()):
            score[language] += 1
    if not any(score.values()):
        score = {language: sum(low.count(trait) for trait in traits) for language, traits in _TRAITS.items()}
    best = max(score, key=lambda language: score[language])
    return best if score[best] > 0 else ""
