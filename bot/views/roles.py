"""People and their roles, for organisers: the list, the form to change them, what was changed last."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from bot.domain.editions import Edition
from bot.domain.ids import EditionKey, UserId
from bot.domain.members import Member, Role
from bot.domain.roles import Anybody, Deed, Parts, RoleChange, Wanted, told
from bot.domain.values import dataclass
from bot.views import kit, words

PEOPLE = "people_roles"
PAGE = "roles_page"
ONE = "roles_one"
SEVERAL = "roles_several"
LATEST = "roles_latest"
UNDO = "roles_undo"
LIST_CALLBACK = "roles_list"
CHANGE_CALLBACK = "roles_change"
LATEST_CALLBACK = "roles_latest"
EVERY_EDITION = "*"

_SHOWN_CHANGES = 6
_DEEDS = {
    Deed.APPLICANT: "are applicants",
    Deed.PARTICIPANT: "are participants",
    Deed.ALUMNUS: "are alumni",
    Deed.COACH: "are coaches too",
    Deed.ORGANISER: "are organisers too",
    Deed.NO_COACH: "are no coaches any more",
    Deed.NO_ORGANISER: "are no organisers any more",
    Deed.NOTHING: "have no part in it any more",
}
_ROLES: dict[Role | Anybody, str] = {
    Anybody.ANYBODY: "Everybody",
    Role.APPLICANT: "Applicants",
    Role.PARTICIPANT: "Participants",
    Role.ALUMNUS: "Alumni",
    Role.COACH: "Coaches",
    Role.ORGANISER: "Organisers",
    Anybody.WITHOUT_PART: "Those without a part",
    Anybody.DEACTIVATED: "Deactivated accounts",
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One person in the list."""

    member: Member
    parts: Sequence[tuple[Edition, Parts]]


@dataclass(frozen=True, kw_only=True)
class Changed:
    """What an organiser changed at once."""

    number: int
    edition_name: str
    changes: Sequence[RoleChange]
    names: Mapping[UserId, str]


def people(
    lines: Sequence[Line],
    *,
    wanted: Wanted,
    page: int,
    on_a_page: int,
    of: int,
    editions: Sequence[Edition],
    note: str = "",
    undo: int | None = None,
) -> kit.View:
    """The list of those who are wanted, with the fields to want others. undo: the batch of `note`."""
    blocks: list[kit.Block] = []
    if note:
        take_back = kit.button("Take it back", UNDO, str(undo)) if undo is not None else None
        blocks.append(kit.section(note, accessory=take_back))
    several = kit.button(
        "Change several people", SEVERAL, wanted.edition_key or EVERY_EDITION, style="primary"
    )
    blocks.append(kit.actions(several if editions else None, kit.button("Latest changes", LATEST, "latest")))
    blocks += _filters(wanted, editions)
    first = page * on_a_page
    counted = words.plural(of, "person", "people")
    shown = f"{counted}, {first + 1} to {first + len(lines)}" if of > on_a_page else counted
    blocks += [
        kit.divider(),
        kit.context(shown if of else "Nobody fits. Choose another edition, role or name."),
    ]
    for line in lines:
        change = kit.button("Change", f"{ONE}_{line.member.user_id}", line.member.user_id)
        blocks.append(kit.section(_person(line), accessory=change if editions else None))
    last = (of - 1) // on_a_page
    if of > on_a_page:
        back = kit.button("Previous", f"{PAGE}_previous", str(page - 1)) if page else None
        ahead = kit.button("Next", f"{PAGE}_next", str(page + 1)) if page < last else None
        blocks.append(kit.actions(back, ahead))
    if not editions:
        blocks.append(
            kit.context("There is no edition yet: set one up first, then give people a part in it.")
        )
    return kit.modal(
        callback_id=LIST_CALLBACK,
        title="People and roles",
        submit="Show",
        blocks=blocks,
        metadata=carried(wanted, page=page),
    )


def carried(wanted: Wanted, *, page: int) -> dict[str, str]:
    """What the list's modal carries along; `wanted_of` reads it."""
    return {
        "edition": wanted.edition_key or EVERY_EDITION,
        "role": wanted.role.value,
        "words": wanted.words[:100],
        "page": str(page),
    }


def wanted_of(edition: str | None, role: str | None, typed: str) -> Wanted:
    """Whom the list's fields, or what it carried along, ask for."""
    anybody = {one.value: one for one in Anybody}
    chosen = role or Anybody.ANYBODY.value
    return Wanted(
        edition_key=None if edition in (None, EVERY_EDITION) else EditionKey(str(edition)),
        role=anybody[chosen] if chosen in anybody else Role(chosen),
        words=typed,
    )


def form(
    editions: Sequence[Edition],
    *,
    edition_key: EditionKey | None,
    chosen: Collection[UserId] = (),
    now_is: Line | None = None,
    list_id: str,
    list_carries: Mapping[str, str],
) -> kit.View:
    """The form to change people's roles. now_is: the one person that it is about, as they are."""
    blocks: list[kit.Block] = []
    if now_is is not None:
        blocks.append(kit.section(_person(now_is)))
    element: kit.Block = {"type": "multi_users_select", "placeholder": kit.plain("People")}
    if chosen:
        element["initial_users"] = list(chosen)
    options = [kit.option(one.name, one.key) for one in editions[: kit.OPTIONS]]
    deeds = [kit.option(text, deed) for deed, text in _DEEDS.items()]
    cluster: kit.Block = {"type": "plain_text_input", "max_length": 120}
    blocks += [
        kit.field("people", "Who", element),
        kit.field(
            "edition",
            "In which edition",
            kit.menu("", options, placeholder="Edition", initial=edition_key or editions[0].key),
        ),
        kit.field("deed", "From now on they", kit.menu("", deeds, placeholder="What they are")),
        kit.field(
            "cluster",
            "Cluster",
            cluster,
            optional=True,
            hint="For one person at a time; left empty, it stays. A cluster has one participant an edition.",
        ),
        kit.context("Every change is kept in a log that organisers can read, and can be taken back."),
    ]
    return kit.modal(
        callback_id=CHANGE_CALLBACK,
        title="Change roles",
        submit="Change",
        close="Cancel",
        blocks=blocks,
        metadata={"list_id": list_id, **list_carries},
    )


def changed(made: Changed) -> str:
    """What was changed, in a sentence and a line each."""
    heading = f"✅ *{_counted(made)} in {words.excerpt(made.edition_name, 150)}*"
    return "\n".join([heading, *_lines(made)])


def undone(restored: Sequence[str], kept: Sequence[tuple[str, str]]) -> str:
    """What was taken back, and what could not be."""
    said = f"↩️ Taken back for {words.plural(len(restored), 'person', 'people')}: {_few(restored)}."
    for name, why in kept[:_SHOWN_CHANGES]:
        said += f"\n{words.excerpt(name, 60)} stays: {words.excerpt(why, 200)}."
    return said


def latest(batches: Sequence[Changed], *, zone: str) -> kit.View:
    """The newest changes, each with a button to take it back."""
    blocks: list[kit.Block] = []
    for made in batches:
        first = made.changes[0]
        by = words.excerpt(made.names.get(first.changed_by, first.changed_by), 60)
        heading = f"*{_counted(made)} in {words.excerpt(made.edition_name, 100)}*"
        is_undone = all(one.undone_at for one in made.changes)
        button = None if is_undone else kit.button("Take it back", UNDO, str(made.number))
        blocks.append(kit.section("\n".join([heading, *_lines(made)]), accessory=button))
        end = ", taken back" if is_undone else ""
        blocks.append(kit.context(f"{by}, {_when(first.changed_at, zone)}{end}"))
    if not batches:
        blocks.append(kit.section("Nobody has changed a role here yet."))
    return kit.modal(callback_id=LATEST_CALLBACK, title="Latest changes", blocks=blocks)


def _filters(wanted: Wanted, editions: Sequence[Edition]) -> list[kit.Block]:
    # One place is for all of them.
    options = [
        kit.option("Every edition", EVERY_EDITION),
        *(kit.option(one.name, one.key) for one in editions[: kit.OPTIONS - 1]),
    ]
    edition = kit.menu("", options, placeholder="Edition", initial=wanted.edition_key or EVERY_EDITION)
    roles = [kit.option(text, role.value) for role, text in _ROLES.items()]
    role = kit.menu("", roles, placeholder="Role", initial=wanted.role.value)
    typed: kit.Block = {"type": "plain_text_input", "max_length": 100}
    if wanted.words:
        typed["initial_value"] = wanted.words[:100]
    return [
        kit.field("edition", "Edition", edition),
        kit.field("role", "Role", role),
        kit.field("words", "Name, address or cluster", typed, optional=True),
    ]


def _person(line: Line) -> str:
    person = line.member
    notes = [
        text for is_so, text in ((person.is_deactivated, "deactivated"), (person.is_guest, "guest")) if is_so
    ]
    name = f"*{words.excerpt(person.name, 100)}*" + (f" ({', '.join(notes)})" if notes else "")
    parts = [
        f"{words.excerpt(edition.name, 80)}: {words.excerpt(told(held), 200)}"
        for edition, held in line.parts[:5]
    ]
    return "\n".join([name, *(parts or ["no part"])])


def _counted(made: Changed) -> str:
    return f"{words.plural(len(made.changes), 'person', 'people')} changed"


def _lines(made: Changed) -> list[str]:
    lines = [
        f"{words.excerpt(made.names.get(one.user_id, one.user_id), 60)}: "
        f"{words.excerpt(told(one.before), 120)} → {words.excerpt(told(one.after), 120)}"
        for one in made.changes[:_SHOWN_CHANGES]
    ]
    if len(made.changes) > _SHOWN_CHANGES:
        lines.append(f"and {len(made.changes) - _SHOWN_CHANGES} more")
    return lines


def _few(names: Sequence[str]) -> str:
    shown = [words.excerpt(one, 60) for one in names[:_SHOWN_CHANGES]]
    if len(names) > _SHOWN_CHANGES:
        shown.append(f"{len(names) - _SHOWN_CHANGES} more")
    return words.listed(shown)


def _when(instant: datetime, zone: str) -> str:
    return words.when(instant, zone)
