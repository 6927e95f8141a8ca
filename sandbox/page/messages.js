// A list of messages that is drawn anew only where something changed.

import { el, soon } from "./dom.js";
import { joins, row } from "./message.js";
import { isTopLevel, loadOlder, me, on, state } from "./store.js";
import { dateIn, dayIn, instantOf } from "./time.js";

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
    this.inner = el("div", { class: "message-rows" });
    this.node = el(
      "div",
      { class: "messages", role: "log", "aria-label": label, "aria-live": "polite", tabindex: "0" },
      this.inner,
    );
    // Pictures and fonts that come late make the rows taller: who was at the end stays there.
    this.sticks = true;
    const grown = new ResizeObserver(() => this.sticks && this.toEnd());
    grown.observe(this.inner);
    grown.observe(this.node);
    this.node.addEventListener("scroll", () => {
      const { scrollTop, scrollHeight, clientHeight } = this.node;
      this.sticks = scrollHeight - scrollTop - clientHeight < 80;
      if (!this.isThread && !this.sticks && scrollTop < 200) loadOlder(this.channel);
    });
    // A burst of messages is one drawing.
    let pending = {};
    const drawSoon = soon(() => {
      const detail = pending;
      pending = {};
      this.draw(detail);
    });
    on("log", ({ channel, loaded = false, older = false }) => {
      if (channel !== this.channel) return;
      pending = { loaded: pending.loaded || (loaded && !older), older: pending.older || older };
      drawSoon();
    });
    on("people", () => this.redraw());
    // "Today" in a text may have become "Yesterday".
    on("clock", () => this.redraw());
  }

  show(channel, root = "") {
    if (channel === this.channel && root === this.root) return;
    this.channel = channel;
    this.root = root;
    this.sticks = true;
    this.redraw({ loaded: true });
  }

  redraw(detail = {}) {
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

  draw({ loaded = false, older = false } = {}) {
    if (!this.channel || (this.isThread && !this.root)) return;
    const { scrollTop, scrollHeight } = this.node;
    const stays = loaded || this.sticks;
    const messages = this.shown();
    const wanted = [];
    const kept = new Map();
    const tz = me().tz;
    let before = null;
    let day = "";
    for (const message of messages) {
      const today = this.day(tz, message.ts);
      if (today !== day && !this.isThread)
        wanted.push(this.keep(kept, `day ${today}`, null, false, () => dayLine(tz, message.ts)));
      if (today !== day) before = null;
      day = today;
      const previous = before;
      const isJoined = Boolean(previous && joins(message, previous));
      wanted.push(
        this.keep(kept, message.ts, message, isJoined, () =>
          row(this.channel, message, { before: previous, inThread: this.isThread }),
        ),
      );
      before = message;
    }
    this.rows = kept;
    this.place(wanted);
    if (!messages.length)
      this.inner.replaceChildren(
        el("div", {
          class: "empty",
          text: state.logs.has(this.channel) ? "Nothing has been said here yet." : "Loading…",
        }),
      );
    if (older) this.node.scrollTop = this.node.scrollHeight - scrollHeight + scrollTop;
    else if (stays) this.toEnd();
    else this.node.scrollTop = scrollTop;
    // A tall window that the newest do not fill has nothing to scroll: the next ones are fetched at once.
    const isFilled = this.node.scrollHeight > this.node.clientHeight || !this.node.clientHeight;
    if (!isFilled && !this.isThread) loadOlder(this.channel);
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

  toEnd() {
    this.node.scrollTop = this.node.scrollHeight;
  }
}

function dayLine(tz, ts) {
  return el("div", { class: "day", role: "separator" }, el("span", { text: dayIn(tz, instantOf(ts)) }));
}
