"""Which columns hold what of whom: every column of every table has its kind here, a test sees to that.

Export and erasure are derived from it: see storage/erasure.py and storage/export.py.
"""

from collections.abc import Mapping
from enum import StrEnum

from bot.domain.values import dataclass

ERASED = "erased"
"""Stands where the id of an erased person stood in what is not theirs."""


class Kind(StrEnum):
    """What a column holds."""

    PLAIN = "plain"
    """Nothing of a person: keys, states, instants, and what the academy itself wrote."""
    SUBJECT = "subject"
    """The id of the person whose row it is: the row goes with them, and is theirs to have."""
    OTHER = "other"
    """The id of another person whom the row is about: it goes with them too, but is not theirs to have."""
    ACTOR = "actor"
    """The id of who did something in a row that is not theirs: another word takes its place."""
    LISTED = "listed"
    """Ids in a list: theirs is taken out."""
    PLACED = "placed"
    """Ids in a list or deeper, whose places count: another word takes their place."""
    NAMING = "naming"
    """A key or text that may name anybody: a row that names them goes."""
    MENTIONING = "mentioning"
    """A key or text that may name anybody, in a row that stays: another word takes the place of the name."""
    PERSONAL = "personal"
    """What the subject wrote, or what is known of them: goes with the row."""
    DERIVED = "derived"
    """Made from other tables, and made anew when these change."""


@dataclass(frozen=True)
class Rule:
    """One table: its columns, and what its rows are, in plain words."""

    group: str
    """Under which heading people see it."""
    columns: Mapping[str, Kind]

    def of_kind(self, *kinds: Kind) -> list[str]:
        """The names of the columns of these kinds."""
        return [name for name, kind in self.columns.items() if kind in kinds]


ME = "Who you are"
PART = "Your part in the editions"
HOMEWORK = "Homework"
PEERS = "Peer feedback"
QUESTIONS = "Questions and answers"
ANNOUNCEMENTS = "Announcements"
MESSAGES = "What the bot sent you"
CHOICES = "What you decided"
DEEDS = "What was done by you or to you"
NOBODY = ""
"""No rows of people."""

WHY = {
    ME: "to call you by your name, write at a good hour for you, and let colleagues find you",
    PART: "to know whose homework, days and channels are yours",
    HOMEWORK: "to show it to the organisers and to you, and to remind you of what is due",
    PEERS: "to match you with somebody new, and to hand feedback over",
    QUESTIONS: "to find again what was asked and answered",
    ANNOUNCEMENTS: "to know who got an announcement and who confirmed it",
    MESSAGES: "so that nothing comes twice and nothing is lost",
    CHOICES: "to keep to it",
    DEEDS: "so that organisers can see who changed what",
}
"""Group → why it is kept, as `/academy privacy` says it."""


def _rule(
    group: str,
    *,
    plain: str = "",
    subject: str = "",
    other: str = "",
    actor: str = "",
    listed: str = "",
    placed: str = "",
    naming: str = "",
    mentioning: str = "",
    personal: str = "",
    derived: str = "",
) -> Rule:
    named = {
        Kind.PLAIN: f"team_id {plain}",
        Kind.SUBJECT: subject,
        Kind.OTHER: other,
        Kind.ACTOR: actor,
        Kind.LISTED: listed,
        Kind.PLACED: placed,
        Kind.NAMING: naming,
        Kind.MENTIONING: mentioning,
        Kind.PERSONAL: personal,
        Kind.DERIVED: derived,
    }
    return Rule(group, {name: kind for kind, names in named.items() for name in names.split()})


RULES: Mapping[str, Rule] = {
    # -- the academy and its people
    "academy": _rule(
        PART,
        plain="name timezone question_channels announcements_channel second_approval retention",
        listed="organisers",
    ),
    "usergroup_member": _rule(PART, plain="group_id", subject="user_id"),
    "member": _rule(
        ME,
        subject="user_id",
        personal="name email tz country sectors languages expertise is_admin is_guest is_bot is_deactivated",
        plain="updated_s",
    ),
    "profile": _rule(ME, subject="user_id", personal="cluster looks_for own visibility", plain="saved_at"),
    "welcome": _rule(MESSAGES, subject="user_id", plain="welcomed_at"),
    "edition": _rule(NOBODY, plain="key name timezone channel_id"),
    "edition_day": _rule(NOBODY, plain="edition_key position on kind title starts ends place"),
    "enrolment": _rule(PART, plain="edition_key role", subject="user_id", personal="cluster"),
    "role_change": _rule(
        PART,
        plain="id batch edition_key changed_at undone_at",
        subject="user_id",
        actor="changed_by",
        personal="before after",
    ),
    "graduation": _rule(DEEDS, plain="edition_key asked_at decided_at batch", actor="decided_by"),
    "setup_greeting": _rule(MESSAGES, subject="user_id", plain="greeted_at"),
    # -- homework
    "homework": _rule(
        NOBODY,
        plain="id edition_key key title brief opens due remind remind_at remind_from remind_until"
        " revision from_file",
    ),
    "extension": _rule(
        HOMEWORK,
        plain="homework_id due granted_at revision",
        subject="user_id",
        actor="granted_by",
        personal="reason",
    ),
    "submission": _rule(
        HOMEWORK,
        plain="homework_id version submitted_at late_by_s",
        subject="user_id",
        personal="text link files",
    ),
    "reminder": _rule(
        MESSAGES, plain="homework_id slot revision due_at state", subject="recipient", mentioning="outbox_key"
    ),
    "reminder_stop": _rule(CHOICES, plain="homework_id stopped_at", subject="user_id"),
    # -- peer feedback
    "peer_round": _rule(
        PEERS,
        plain="id edition_key kind state homework_id who size sector common_language reciprocal give_back"
        " handover is_anonymous rubric seed revision planned_at published_at publication checked_at"
        " counted_at",
        listed="left_out",
        actor="planned_by",
    ),
    "peer_match": _rule(PEERS, plain="round_id number is_locked is_ended is_replacement", placed="members"),
    "peer_feedback": _rule(
        PEERS,
        plain="round_id saved_at sent_at version useful thanked_at",
        subject="giver",
        other="author",
        personal="works change question ratings",
    ),
    "peer_reply": _rule(PEERS, plain="round_id number answer answered_at", subject="user_id"),
    "peer_pause": _rule(CHOICES, plain="since until because resumed_at", subject="user_id"),
    "peer_apart": _rule(CHOICES, subject="asked_by", other="one other"),
    "peer_offer": _rule(CHOICES, plain="per_month", subject="user_id"),
    # -- the question log; the two first are erased by their own use case, which keeps the search in step
    "question": _rule(
        QUESTIONS,
        plain="id channel_id ts state asked_at answered_at accepted_answer_id text_revision is_anonymous",
        subject="asker_id",
        personal="permalink title detail topic",
    ),
    "answer": _rule(QUESTIONS, plain="question_id id ts answered_at", subject="author_id", personal="text"),
    "question_link": _rule(QUESTIONS, plain="question_id earlier_id kind linked_at", actor="linked_by"),
    "imported_question": _rule(NOBODY, plain="source question_id"),
    "question_draft": _rule(
        QUESTIONS,
        plain="channel_id is_anonymous made_at question_id",
        subject="user_id",
        naming="id",
        personal="title detail topic",
    ),
    "question_consent": _rule(CHOICES, plain="may_be_asked decided_at", subject="user_id"),
    "question_request": _rule(QUESTIONS, plain="question_id how asked_at", subject="user_id"),
    "question_step": _rule(NOBODY, plain="question_id step due_at state"),
    "question_digest": _rule(NOBODY, plain="channel_id due_at"),
    "channel": _rule(NOBODY, plain="channel_id name is_private is_archived"),
    "channel_member": _rule(QUESTIONS, plain="channel_id is_member changed_at", subject="user_id"),
    "channel_history": _rule(
        NOBODY, plain="channel_id read_to is_whole is_behind times_asked messages questions"
    ),
    "message_mark": _rule(NOBODY, plain="channel_id ts edited_ts checked_ts is_gone", actor="checked_by"),
    "workspace": _rule(NOBODY, plain="url bot_user_id"),
    "search_log": _rule(NOBODY, plain="analysis questions title_words body_words"),
    "search_document": _rule(
        NOBODY,
        plain="question_id text_revision",
        derived="title_stems body_stems title_words body_words",
    ),
    "search_term": _rule(NOBODY, plain="questions titles", derived="term"),
    "search_word": _rule(NOBODY, plain="questions", derived="word reversed"),
    "search_posting": _rule(NOBODY, plain="chunk", derived="term entries"),
    "search_vector": _rule(NOBODY, plain="question_id", derived="terms"),
    # -- announcements: what organisers write is the academy's
    "announcement": _rule(
        ANNOUNCEMENTS,
        plain="id state version template title files channels by_message at zone asks_confirmation"
        " is_necessary why_necessary is_urgent written_at starts_at started_at ended_at task task_at"
        " looked_at reminded_at",
        placed="body audience",
        actor="written_by sent_off_by approved_by",
    ),
    "announcement_recipient": _rule(
        ANNOUNCEMENTS,
        plain="announcement_id position state due_at left_out confirmed_at",
        subject="recipient",
    ),
    "announcement_choice": _rule(CHOICES, plain="choice chosen_at", subject="user_id"),
    # -- privacy itself
    "consent": _rule(CHOICES, plain="purpose decided_at is_given", subject="user_id"),
    "erasure": _rule(NOBODY, plain="mark erased_at"),  # a digest that nobody reads a name from
    "erasure_request": _rule(
        CHOICES, plain="asked_at keeps_answers how", subject="user_id", actor="handed_over_by"
    ),
    "departure": _rule(ME, plain="noticed_at", subject="user_id"),
    "retention_run": _rule(NOBODY, plain="ran_on removed"),
    # -- the machinery
    "inbox": _rule(NOBODY, plain="received_at", naming="event_id"),
    "outbox": _rule(
        MESSAGES,
        plain="kind queued_at due_at not_before_at state is_repeatable is_bulk attempts claimed_at"
        " claimed_by sent_at channel_id ts reason place",
        naming="key recipient body",
    ),
    "audit": _rule(DEEDS, plain="id done_at deed", actor="done_by", mentioning="subject reason before after"),
}
"""Table → rule."""
