"""Unread messages, mentions and the search, without a browser."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sandbox.clock import Clock
from sandbox.page_feed import Feed
from sandbox.reading import MOST_FOUND, MOST_UNREAD, Unread, followed, found, thread_of, unread
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

    # The replies wait in their thread.
    assert unread(workspace, general, "UANN") == Unread(count=2, mentions=1)
    assert [one.unread for one in followed(workspace, "UANN")] == [Unread(count=2, mentions=1)]
    assert unread(workspace, general, "UBEN") == Unread()
    assert unread(workspace, workspace.channel("CQUIET"), "UBEN") == Unread()


def test_one_follows_the_threads_that_one_began_took_part_in_or_is_named_in(
    workspace: Workspace, general: Channel
) -> None:
    def thread(root_by: str, *replies: tuple[str, str], text: str = "root") -> str:
        root_ts: str = workspace.post("CGENERAL", {"user": root_by, "text": text})["ts"]
        for user_id, reply in replies:
            workspace.post("CGENERAL", {"user": user_id, "text": reply, "thread_ts": root_ts})
        return root_ts

    began = thread("UANN", ("UBEN", "one"), ("UCLEO", "two"))
    replied = thread("UBEN", ("UANN", "mine"), ("UBEN", "after mine"))
    named = thread("UBEN", ("UCLEO", "<@UANN> knows"))
    thread("UBEN", ("UCLEO", "of others"))
    thread("UBEN", ("UCLEO", "for all"), text="<!channel> who knows?")
    thread("UANN")

    seen = [(one.ts, one.text, one.unread) for one in followed(workspace, "UANN")]
    workspace.mark_thread_read("CGENERAL", began, "UANN")
    workspace.post("CGENERAL", {"user": "UBEN", "text": "three", "thread_ts": began})
    again = thread_of(workspace, general, began, "UANN")

    assert seen == [
        (named, "root", Unread(1, 1)),
        (replied, "root", Unread(1)),
        (began, "root", Unread(2)),
    ]
    assert again is not None
    assert again.unread == Unread(1)
    # Who is in no conversation follows nothing there.
    assert followed(workspace, "UDINA") == []


@given(st.lists(st.tuples(st.sampled_from(["UANN", "UBEN"]), st.integers(0, 2)), max_size=30))
def test_of_a_thread_as_much_is_new_as_others_said_after_oneself(said: list[tuple[str, int]]) -> None:
    workspace = Workspace(clock=Clock(START, ticking=False))
    channel = workspace.add_channel("c", members=["UANN", "UBEN"], channel_id="C")
    roots = [workspace.post("C", {"user": "UANN", "text": "root"})["ts"] for _ in range(3)]
    for user_id, thread in said:
        workspace.post("C", {"user": user_id, "text": "hm", "thread_ts": roots[thread]})

    new = {one.ts: one.unread.count for one in followed(workspace, "UANN")}
    for at, root_ts in enumerate(roots):
        replies = [user_id for user_id, thread in said if thread == at]
        own = [place for place, user_id in enumerate(replies) if user_id == "UANN"]
        after_own = replies[own[-1] + 1 :] if own else replies
        assert new.get(root_ts) == (len(after_own) if replies else None)
        alone = thread_of(workspace, channel, root_ts, "UANN")
        assert (alone and alone.unread.count) == new.get(root_ts)


def test_a_page_is_told_of_the_threads_that_its_person_follows(workspace: Workspace) -> None:
    feeds = {user_id: Feed(workspace, user_id) for user_id in ("UANN", "UCLEO")}
    for feed in feeds.values():
        workspace.subscribe(feed.on_change)
        feed.start()
        assert told(feed)[0]["threads"] == []
    root_ts = workspace.post("CGENERAL", {"user": "UANN", "text": "Who brings tea?"})["ts"]
    reply_ts = workspace.post("CGENERAL", {"user": "UBEN", "text": "I", "thread_ts": root_ts})["ts"]

    def threads(user_id: str) -> list[dict[str, Any]]:
        return [each["thread"] for each in told(feeds[user_id]) if each["type"] == "followed"]

    thread = {"channel": "CGENERAL", "ts": root_ts, "text": "Who brings tea?", "latest": reply_ts}
    assert threads("UANN") == [thread | {"unread": 1, "mentions": 0}]
    assert threads("UCLEO") == []
    asked = {"ask": "read", "channel": "CGENERAL", "thread_ts": root_ts}
    feeds["UANN"].answer(asked)
    feeds["UANN"].answer(asked)
    feeds["UANN"].answer(asked | {"thread_ts": "no such"})
    assert threads("UANN") == [thread | {"unread": 0, "mentions": 0}]
    workspace.delete("CGENERAL", reply_ts)
    assert threads("UANN") == [None]


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
