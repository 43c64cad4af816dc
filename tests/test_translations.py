"""Every text that a person can see exists in every language."""

import re

import pytest

from tests.support.messages import LANGUAGES, load, template

PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def strings(message):
    return message.string if isinstance(message.string, tuple | list) else (message.string,)


def ids(message):
    return message.id if isinstance(message.id, tuple | list) else (message.id,)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_missing(language):
    catalog = load(language)
    missing = [
        message.id for message in template() if message.id and not all(strings(catalog.get(message.id) or message))
    ]
    missing += [message.id for message in template() if message.id and catalog.get(message.id) is None]
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_doubtful_and_none_is_left_over(language):
    catalog, texts = load(language), template()
    assert [message.id for message in catalog if message.id and message.fuzzy] == []
    assert [message.id for message in catalog if message.id and texts.get(message.id) is None] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_the_same(language):
    wrong = [
        message.id
        for message in load(language)
        if message.id
        for string in strings(message)
        if set(PLACEHOLDER.findall(string)) != set(PLACEHOLDER.findall(" ".join(ids(message))))
    ]
    assert wrong == []


def test_the_texts_of_templates_and_code_are_found():
    texts = template()
    assert len(texts) > 150
    # One of each kind of place: Python, a page, a mail.
    places = {place for message in texts for place, _line in message.locations}
    assert any(place.endswith(".py") for place in places)
    assert any(place.startswith("templates/mail/") for place in places)
