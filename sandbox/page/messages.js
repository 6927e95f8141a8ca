// A list of messages of which only a window is drawn, and that anew only where something changed.

import { el, icon, soon } from "./dom.js";
import { joins, markReplies, row } from "./message.js";
import { isTopLevel, loadOlder, me, nowMs, on, state } from "./store.js";
import { dateIn, dayIn, instantOf } from "./time.js";

/** Rows that stand in the page at most, and by how many the window moves when its edge comes into sight. */
const MOST_ROWS = 160;
const STEP = 40;
const EDGE_PX = 300;

/**
 * A list that follows a conversation, or one thread of it. `thread`: the root's ts, or empty.
 * Rows whose message did not change stay the very same nodes: what is being typed in them stays.
 */
export class MessageList {
  constructor({ thread = false, label }) {
    this.channel = "";
    this.root = "";
    this.isThread = thread;
    this.rows = new Map();
    this.days = new Map();
    /** The `ts` of the first message of the window; empty while the window follows the end. */
    this.first = "";
    this.isAtEnd = true;
    this.inner = el("div", { class: "message-rows" });
    this.toLatest = el(
      "button",
      { type: "button", class: "to-latest", hidden: true },
      icon("down"),
      el("span", { text: "Jump to the latest" }),
    );
    this.toLatest.addEventListener("click", () => this.follow());
    this.node = el(
      "div",
      { class: "messages", role: "log", "aria-label": label, "aria-live": "polite", tabindex: "0" },
      this.inner,
      this.toLatest,
    );
    // Pictures and fonts that come late make the rows taller: who was at the end stays there.
    this.sticks = true;
    const grown = new ResizeObserver(() => this.sticks && this.toEnd());
    grown.observe(this.inner);
    grown.observe(this.node);
    this.node.addEventListener("scroll", () => this.scrolled());
    this.node.addEventListener("keydown", (event) => this.pressed(event));
    // A burst of messages is one drawing.
    this.pending = {};
    const drawSoon = soon(() => this.draw(this.pending));
    on("log", ({ channel, loaded = false }) => {
      if (channel !== this.channel) return;
      this.pending = { loaded: this.pending.loaded || loaded };
      drawSoon();
    });
    on("people", () => this.redraw());
    on("threads", () => this.markReplies());
    on("clock", () => this.dayMayHaveChanged());
    on("sought", () => !this.isThread && this.seek());
  }

  show(channel, root = "") {
    if (channel === this.channel && root === this.root) return;
    this.channel = channel;
    this.root = root;
    this.first = "";
    this.sticks = true;
    this.redraw({ loaded: true });
  }

  /** "Today" in a text may have become "Yesterday". */
  dayMayHaveChanged() {
    if (this.drawnOn !== dateIn(me().tz, nowMs())) this.redraw();
  }

  redraw(detail = {}) {
    this.drawnOn = dateIn(me().tz, nowMs());
    this.rows.clear();
    this.days.clear();
    this.draw(detail);
  }

  shown() {
    const log = state.logs.get(this.channel);
    if (!log) return [];
    const own = (message) =>
      this.isThread ? message.ts === this.root || message.thread_ts === this.root : isTopLevel(message);
    return [...log.messages.values(), ...log.ephemerals]
      .filter(own)
      .sort((a, b) => (a.ts < b.ts ? -1 : a.ts > b.ts ? 1 : 0));
  }

  /** Where the window begins and ends in `messages`. */
  bounds(messages) {
    const last = Math.max(0, messages.length - MOST_ROWS);
    const found = this.first ? messages.findIndex((message) => message.ts >= this.first) : last;
    const from = Math.min(found < 0 ? last : found, last);
    return [from, Math.min(messages.length, from + MOST_ROWS)];
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.node;
    const below = scrollHeight - scrollTop - clientHeight;
    this.sticks = this.isAtEnd && below < 80;
    this.toLatest.hidden = this.sticks || (this.isAtEnd && below < clientHeight);
    if (this.sticks) this.first = "";
    else if (scrollTop < EDGE_PX) this.shift(-STEP);
    else if (below < EDGE_PX && !this.isAtEnd) this.shift(STEP);
  }

  /** Move the window by so many messages; what is in sight stays where it is. */
  shift(by) {
    const messages = this.shown();
    const [from] = this.bounds(messages);
    const moved = Math.max(0, Math.min(from + by, messages.length - MOST_ROWS));
    this.first = messages[moved]?.ts ?? "";
    if (moved !== from) this.draw();
    if (by < 0 && moved < STEP && !this.isThread) loadOlder(this.channel);
  }

  draw({ loaded = false } = {}) {
    if (!this.channel || (this.isThread && !this.root)) {
      this.rows.clear();
      this.inner.replaceChildren();
      return;
    }
    this.pending = {};
    const stays = loaded || this.sticks;
    if (stays) this.first = "";
    const held = stays ? null : this.held();
    const focused = this.inner.contains(document.activeElement) && document.activeElement.closest("[data-ts]");
    const messages = this.shown();
    const [from, to] = this.bounds(messages);
    this.isAtEnd = to === messages.length;
    const kept = new Map();
    const wanted = this.nodesOf(messages, from, to, kept);
    this.rows = kept;
    this.place(wanted);
    this.markReplies();
    if (!messages.length)
      this.inner.replaceChildren(
        el("div", {
          class: "empty",
          text: state.logs.has(this.channel) ? "Nothing has been said here yet." : "Loading…",
        }),
      );
    // A row that was drawn anew (a reaction was pressed in it) has the focus again.
    if (focused && !focused.isConnected) kept.get(focused.dataset.ts)?.node.focus({ preventScroll: true });
    if (stays) this.toEnd();
    else if (held) this.node.scrollTop += this.topOf(kept.get(held.ts)?.node) - held.top;
    if (!this.isThread && state.sought) this.seek();
    // A tall window that the newest do not fill has nothing to scroll: the next ones are fetched at once.
    const isFilled = this.node.scrollHeight > this.node.clientHeight || !this.node.clientHeight;
    if (!isFilled && !this.isThread) loadOlder(this.channel);
  }

  /** What is new in a thread stands in no message: it is said at the rows that are drawn. */
  markReplies() {
    for (const { message, node } of this.rows.values()) if (message?.reply_count) markReplies(this.channel, node);
  }

  nodesOf(messages, from, to, kept) {
    const wanted = [];
    const tz = me().tz;
    const since = this.isThread ? null : state.newSince;
    let before = null;
    let day = "";
    for (const message of messages.slice(from, to)) {
      const today = this.day(tz, message.ts);
      if (today !== day && !this.isThread)
        wanted.push(this.keep(kept, `day ${today}`, null, false, () => dayLine(tz, message.ts)));
      if (today !== day) before = null;
      day = today;
      const isNew = since !== null && message.ts > since && message.user !== state.me && !kept.has("new");
      if (isNew && !message.is_ephemeral) {
        wanted.push(this.keep(kept, "new", null, false, newLine));
        before = null;
      }
      const previous = before;
      const isJoined = Boolean(previous && joins(message, previous));
      wanted.push(
        this.keep(kept, message.ts, message, isJoined, () =>
          row(this.channel, message, { before: previous, inThread: this.isThread }),
        ),
      );
      before = message;
    }
    // The line stands above the first of the new ones: not above the first that happens to be drawn.
    if (from > 0 && since !== null && messages[from - 1].ts > since && kept.has("new"))
      wanted.splice(wanted.indexOf(kept.get("new").node), 1);
    return wanted;
  }

  /** The first message in sight, and how far below the edge it stands. */
  held() {
    const edge = this.node.getBoundingClientRect().top;
    for (const [ts, { message, node }] of this.rows)
      if (message && node.getBoundingClientRect().bottom > edge) return { ts, top: this.topOf(node) };
    return null;
  }

  topOf(node) {
    return node ? node.getBoundingClientRect().top - this.node.getBoundingClientRect().top : 0;
  }

  keep(kept, key, message, isJoined, make) {
    const old = this.rows.get(key);
    const isSame =
      old?.isJoined === isJoined &&
      // A change comes as an object of its own; one that says the same is no change.
      (old.message === message || JSON.stringify(old.message) === JSON.stringify(message));
    const entry = isSame ? { ...old, message } : { message, isJoined, node: make() };
    kept.set(key, entry);
    return entry.node;
  }

  day(tz, ts) {
    if (!this.days.has(ts)) this.days.set(ts, dateIn(tz, instantOf(ts)));
    return this.days.get(ts);
  }

  place(wanted) {
    const keep = new Set(wanted);
    for (const child of [...this.inner.children]) if (!keep.has(child)) child.remove();
    let next = this.inner.firstElementChild;
    for (const node of wanted) {
      if (node === next) next = next.nextElementSibling;
      else this.inner.insertBefore(node, next);
    }
  }

  /** Bring the message that is sought into sight. */
  seek() {
    const { channel, ts } = state.sought ?? {};
    if (channel !== this.channel || this.node.hidden) return;
    const messages = this.shown();
    const at = messages.findIndex((message) => message.ts === ts);
    if (at < 0) return;
    state.sought = null;
    this.sticks = false;
    this.first = messages[Math.max(0, at - MOST_ROWS / 2)].ts;
    this.draw();
    const { node } = this.rows.get(ts);
    node.scrollIntoView({ block: "center" });
    node.classList.add("found");
    node.focus({ preventScroll: true });
  }

  follow() {
    this.first = "";
    this.sticks = true;
    this.draw();
    this.node.focus();
  }

  /** Up and down from message to message, End to the latest. */
  pressed(event) {
    if (event.target !== this.node && !event.target.matches(".message")) return;
    if (event.key === "End") {
      event.preventDefault();
      this.follow();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...this.inner.querySelectorAll(".message")];
    const at = all.indexOf(event.target);
    const next = at < 0 ? all.at(-1) : all[Math.max(0, Math.min(all.length - 1, at + step))];
    next?.focus();
  }

  toEnd() {
    this.node.scrollTop = this.node.scrollHeight;
    this.toLatest.hidden = true;
  }
}

function dayLine(tz, ts) {
  return el("div", { class: "day", role: "separator" }, el("span", { text: dayIn(tz, instantOf(ts)) }));
}

function newLine() {
  return el("div", { class: "new-line", role: "separator", "aria-label": "New messages" }, el("span", { text: "New" }));
}
