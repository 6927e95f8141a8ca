"""The form of a person's own profile, and a card as the directory shows it."""

from collections.abc import Collection

from bot.domain import country_names, language_names
from bot.domain.directory import Card
from bot.domain.members import Member, Role
from bot.domain.profiles import (
    LONGEST_CLUSTER,
    LONGEST_TEXT,
    Field,
    Profile,
    Visibility,
)
from bot.views import kit, words
from bot.views.announce import PREFS

OPEN = "profile_open"
CALLBACK = "profile_save"
SAVED_CALLBACK = "profile_saved"
LISTED = "listed"
SHOW = "show"

_LONGEST_LIST = 1500
_LINE = 260
_PARTS = 3
_LABELS = {
    Field.CLUSTER: "Cluster",
    Field.COUNTRY: "Country",
    Field.SECTORS: "Sectors",
    Field.LANGUAGES: "Languages",
    Field.EXPERTISE: "What I can help with",
    Field.LOOKS_FOR: "What I look for",
}
_HINTS = {
    Field.COUNTRY: "Its name, or its two letters such as FI.",
    Field.SECTORS: "With commas between them, such as: energy, manufacturing.",
    Field.LANGUAGES: "With commas between them.",
    Field.EXPERTISE: "With commas between them, such as: hydrogen, EU funding, member fees.",
}
_SEEN_BY = {
    Visibility.EVERYONE: "Everyone in the workspace",
    Visibility.EDITION: "People of my editions",
    Visibility.NOBODY: "Nobody",
}
_ROLES = {
    Role.ALUMNUS: "Alumna or alumnus",
    Role.PARTICIPANT: "Participant",
    Role.COACH: "Coach",
    Role.ORGANISER: "Organiser",
    Role.APPLICANT: "Applicant",
}


def visibility_block(of: Field) -> str:
    """The block id of the menu that says who may see a field."""
    return f"{of}_seen_by"


def form(person: Member, profile: Profile, *, cluster: str, suggested: Collection[Field]) -> kit.View:
    """The modal to fill in one's own profile. suggested: what is guessed from Slack, and said to be."""
    values = {
        Field.CLUSTER: cluster,
        Field.COUNTRY: country_names.name_of(person.country),
        Field.SECTORS: ", ".join(person.sectors),
        Field.LANGUAGES: ", ".join(map(language_names.name_of, person.languages)),
        Field.EXPERTISE: ", ".join(person.expertise),
        Field.LOOKS_FOR: profile.looks_for,
    }
    name = words.excerpt(person.name, 100)
    zone = f" and time zone ({words.escape(words.place_of(person.tz))})" if person.tz else ""
    blocks = [
        kit.context(
            f"Slack tells your name ({name}){zone}: change it there. What you write here is yours: no "
            "list of the organisers changes it."
        )
    ]
    options = [kit.option("Show me in the directory", SHOW)]
    shown: kit.Block = {"type": "checkboxes", "options": options}
    if profile.is_listed:
        shown["initial_options"] = options
    for one, label in _LABELS.items():
        hint = _HINTS.get(one, "")
        if one in suggested:
            hint = f"Guessed from your Slack: correct it if need be. {hint}"
        blocks.append(kit.field(one, label, _text(one, values[one]), optional=True, hint=hint))
        menu = kit.menu(
            "",
            [kit.option(text, seen_by) for seen_by, text in _SEEN_BY.items()],
            placeholder="Who may see it",
            initial=profile.seen_by(one),
        )
        blocks.append(kit.field(visibility_block(one), f"{label}: who may see it", menu))
    where = "Members of this workspace find you there by what you show them. Without the tick, nobody does."
    blocks.append(kit.field(LISTED, "The directory", shown, optional=True, hint=where))
    blocks.append(kit.actions(kit.button("Announcements: what reaches me", PREFS, "announce")))
    return kit.modal(callback_id=CALLBACK, title="My profile", submit="Save", close="Cancel", blocks=blocks)


def saved(card: Card, *, is_listed: bool) -> kit.View:
    """What is kept now, in the form's place."""
    note = "So it stands in the directory, for those who may see each part of it."
    if not is_listed:
        note = "The directory does not show you to anybody."
    return kit.modal(
        callback_id=SAVED_CALLBACK,
        title="My profile",
        blocks=[kit.section("✅ Your profile is saved."), kit.section(described(card)), kit.context(note)],
    )


def described(card: Card) -> str:
    """A card in a section's text: who somebody is, what they offer; without what is hidden or empty."""
    place = [words.excerpt(card.cluster, 150), words.escape(country_names.name_of(card.country))]
    lines = [" · ".join([f"*{words.excerpt(card.name, 100)}*", *(one for one in place if one)])]
    for part in card.parts[:_PARTS]:
        year = f" ({part.year})" if part.year else ""
        lines.append(f"{_ROLES[part.role]}, {words.excerpt(part.edition_name, 100)}{year}")
    languages = [language_names.name_of(one) for one in card.languages]
    for label, entries in (
        ("Sectors", card.sectors),
        ("Languages", languages),
        ("*Can help with*", card.expertise),
        ("*Looks for*", [" ".join(card.looks_for.split())]),
    ):
        if text := ", ".join(one for one in entries if one):
            lines.append(f"{label}: {words.excerpt(text, _LINE)}")
    return "\n".join(lines)


def _text(of: Field, value: str) -> kit.Block:
    longest = {Field.CLUSTER: LONGEST_CLUSTER, Field.LOOKS_FOR: LONGEST_TEXT, Field.COUNTRY: 80}.get(
        of, _LONGEST_LIST
    )
    element: kit.Block = {"type": "plain_text_input", "max_length": longest}
    if of is Field.LOOKS_FOR:
        element["multiline"] = True
    return element | {"initial_value": value[:longest]} if value else element
