// The thread beside a conversation.

import { composer } from "./composer.js";
import { el, icon } from "./dom.js";
import { MessageList } from "./messages.js";
import { channelName, goTo, state } from "./store.js";

/** `{node, list, show}`; `show()` when the place has changed. */
export function threadPanel() {
  const list = new MessageList({ thread: true, label: "Thread" });
  const box = composer({
    place: () => ({ channel: state.at.channel, thread: state.at.thread }),
    inThread: true,
  });
  const close = el("button", { type: "button", class: "tool", "aria-label": "Close thread" }, icon("close"));
  close.addEventListener("click", () => goTo({ thread: "" }));
  const where = el("span", { class: "title-note", dir: "auto" });
  const head = el(
    "header",
    { class: "thread-head" },
    el("h2", { text: "Thread" }),
    where,
    el("span", { class: "spacer" }),
    close,
  );
  const node = el(
    "aside",
    { class: "thread", "aria-label": "Thread", hidden: true },
    head,
    list.node,
    box.node,
  );
  node.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) goTo({ thread: "" });
  });
  const show = () => {
    const { channel, thread } = state.at;
    const opened = node.hidden && thread;
    node.hidden = !thread;
    if (!thread) return;
    const there = state.channels.get(channel);
    where.textContent = there ? channelName(there) : "";
    list.show(channel, thread);
    box.node.hidden = !there?.is_member;
    box.refresh();
    if (opened) box.focus();
  };
  return { node, list, show };
}
