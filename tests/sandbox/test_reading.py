"""Unread messages, mentions and the search, without a browser."""

from hypothesis import given
from hypothesis import strategies as st

from sandbox.clock import Clock
from sandbox.page_feed import Feed
from sandbox.reading import MOST_FOUND, MOST_UNREAD, Unread, found, unread
from sandbox.records import Channel
from sandbox.workspace import Workspace
from tests.sandbox.conftest import START
from tests.sandbox.test_page_server import told


def test_unread_is_what_others_said_since_one_looked(workspace: Workspace, general: Channel) -> None:
    workspace.post("CGENERAL", {"user": "UBEN", "text": "before"})
    workspace.mark_read("CGENERAL", "UANN")
    root = workspace.post("CGENERAL", {"user": "UBEN", "text": "plain"})
    workspace.post("CGENERAL", {"user": "UBEN", "text": "a reply", "thread_ts": root["ts"]})
    workspace.post("CGENERAL", {"user": "UBEN", "text": "for <@UANN>", "thread_ts": root["ts"]})
    in_blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "<!channel> come"}}]
    workspace.post("CGENERAL", {"user": "UBEN", "text": "come", "blocks": in_blocks})

    assert unread(workspace, general, "UANN") == Unread(count=3, mentions=2)
    assert unread(workspace, general, "UBEN") == Unread()
    assert unread(workspace, workspace.channel("CQUIET"), "UBEN") == Unread()


def test_who_writes_has_read_what_was_there(workspace: Workspace, general: Channel) -> None:
    workspace.post("CGENERAL", {"user": "UBEN", "text": "one"})
    workspace.post("CGENERAL", {"user": "UANN", "text": "mine"})
    workspace.post("CGENERAL", {"user": "UBEN", "text": "two"})

    assert unread(workspace, general, "UANN") == Unread(count=1)


def test_reading_in_one_window_tells_all_of_that_person(workspace: Workspace, general: Channel) -> None:
    feeds = [Feed(workspace, user_id) for user_id in ("UANN", "UANN", "UBEN")]
    for feed in feeds:
        workspace.subscribe(feed.on_change)
        feed.start()
    said = workspace.post("CGENERAL", {"user": "UCLEO", "text": "hello <@UANN>"})
    for feed in feeds:
        told(feed)

    feeds[0].answer({"ask": "read", "channel": "CGENERAL"})
    feeds[0].answer({"ask": "read", "channel": "CGENERAL"})
    feeds[2].answer({"ask": "read", "channel": "CQUIET"})

    marked = {"type": "read", "channel": "CGENERAL", "ts": said["ts"]}
    assert [told(feed) for feed in feeds] == [[marked], [marked], []]


def test_a_message_says_whether_it_is_news(workspace: Workspace) -> None:
    feed = Feed(workspace, "UANN")
    workspace.subscribe(feed.on_change)
    feed.start()
    told(feed)

    workspace.post("CGENERAL", {"user": "UBEN", "text": "for <@UANN>"})
    workspace.post("CGENERAL", {"user": "UANN", "text": "mine"})

    assert [(each.get("is_news"), each.get("mentions")) for each in told(feed)] == [
        (True, True),
        (None, None),
    ]


@given(st.lists(st.tuples(st.sampled_from(["UANN", "UBEN"]), st.booleans()), max_size=30), st.integers(0, 30))
def test_never_more_is_unread_than_was_said_since(said: list[tuple[str, bool]], read_at: int) -> None:
    workspace = Workspace(clock=Clock(START, ticking=False))
    for name in ("ann", "ben"):
        workspace.add_user(name, user_id=f"U{name.upper()}")
    channel = workspace.add_channel("c", members=["UANN", "UBEN"], channel_id="C")
    for at, (user_id, calls) in enumerate(said):
        if at == read_at:
            workspace.mark_read("C", "UANN")
        workspace.post("C", {"user": user_id, "text": "<@UANN>" if calls else "hm"})

    since = said[read_at:] if read_at < len(said) else said
    last_own = max((at for at, (user_id, _) in enumerate(since) if user_id == "UANN"), default=-1)
    news = since[last_own + 1 :]
    assert unread(workspace, channel, "UANN") == Unread(len(news), sum(calls for _, calls in news))


def test_counting_stops_where_nobody_counts_on(workspace: Workspace, general: Channel) -> None:
    for _ in range(MOST_UNREAD + 20):
        workspace.post("CGENERAL", {"user": "UBEN", "text": "again"})

    assert unread(workspace, general, "UANN").count == MOST_UNREAD


def test_a_search_finds_every_word_in_what_one_may_see_the_newest_first(workspace: Workspace) -> None:
    workspace.post("CGENERAL", {"user": "UBEN", "text": "A café in Torino"})
    workspace.post("CCOUNCIL", {"user": "UBEN", "text": "torino, secret CAFE"})
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "Torino has a *café*"}}]
    workspace.post("CGENERAL", {"user": "UBEN", "text": "see", "blocks": blocks})
    workspace.post("CGENERAL", {"user": "UBEN", "text": "only Torino"})

    def texts(user_id: str, sought: str) -> list[str]:
        return [hit["message"]["text"] for hit in found(workspace, user_id, sought)]

    assert texts("UDINA", "torino Cafe") == ["see", "A café in Torino"]
    assert texts("UANN", "torino cafe") == ["see", "torino, secret CAFE", "A café in Torino"]
    assert texts("UANN", " ") == []


@given(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=40))
def test_what_was_said_is_found_by_itself(text: str) -> None:
    workspace = Workspace(clock=Clock(START, ticking=False))
    workspace.add_channel("c", members=[], channel_id="C")
    workspace.post("C", {"user": "UBEN", "text": text})

    assert len(found(workspace, "UANN", text)) == 1


def test_a_search_stops_at_the_newest(workspace: Workspace) -> None:
    for number in range(MOST_FOUND + 5):
        workspace.post("CGENERAL", {"user": "UBEN", "text": f"tea {number}"})

    assert [hit["message"]["text"] for hit in found(workspace, "UANN", "tea")][:2] == ["tea 34", "tea 33"]
    assert len(found(workspace, "UANN", "tea")) == MOST_FOUND
