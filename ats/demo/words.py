"""The fixed words of the demonstration's documents, in the language of the person who wrote them."""

import msgspec


class Words(msgspec.Struct, frozen=True):
    """Headings of a CV and phrases of a letter. `subject` takes the title of the vacancy."""

    personal: str
    profile: str
    experience: str
    education: str
    skills: str
    languages: str
    interests: str
    expectations: str
    references: str
    contact: str
    page: str
    subject: str
    unsolicited: str
    greeting: str
    closing: str
    cv_name: str
    letter_name: str


WORDS = {
    "nl": Words(
        personal="Persoonlijke gegevens",
        profile="Profiel",
        experience="Werkervaring",
        education="Opleiding",
        skills="Vaardigheden",
        languages="Talen",
        interests="Interesses",
        expectations="Verloning en verwachtingen",
        references="Referenties",
        contact="Contact",
        page="Bladzijde",
        subject="Sollicitatie: {title}",
        unsolicited="Spontane sollicitatie",
        greeting="Geachte mevrouw, geachte heer,",
        closing="Met vriendelijke groeten,",
        cv_name="CV",
        letter_name="Motivatiebrief",
    ),
    "fr": Words(
        personal="Données personnelles",
        profile="Profil",
        experience="Expérience professionnelle",
        education="Formation",
        skills="Compétences",
        languages="Langues",
        interests="Centres d'intérêt",
        expectations="Rémunération et attentes",
        references="Références",
        contact="Contact",
        page="Page",
        subject="Candidature : {title}",
        unsolicited="Candidature spontanée",
        greeting="Madame, Monsieur,",
        closing="Je vous prie d'agréer mes salutations distinguées,",
        cv_name="CV",
        letter_name="Lettre de motivation",
    ),
    "en": Words(
        personal="Personal details",
        profile="Profile",
        experience="Work experience",
        education="Education",
        skills="Skills",
        languages="Languages",
        interests="Interests",
        expectations="Pay and expectations",
        references="References",
        contact="Contact",
        page="Page",
        subject="Application: {title}",
        unsolicited="Open application",
        greeting="Dear Sir or Madam,",
        closing="Yours faithfully,",
        cv_name="CV",
        letter_name="Cover letter",
    ),
    "de": Words(
        personal="Persönliche Daten",
        profile="Profil",
        experience="Berufserfahrung",
        education="Ausbildung",
        skills="Kenntnisse",
        languages="Sprachen",
        interests="Interessen",
        expectations="Gehalt und Erwartungen",
        references="Referenzen",
        contact="Kontakt",
        page="Seite",
        subject="Bewerbung: {title}",
        unsolicited="Initiativbewerbung",
        greeting="Sehr geehrte Damen und Herren,",
        closing="Mit freundlichen Grüßen",
        cv_name="Lebenslauf",
        letter_name="Anschreiben",
    ),
}
