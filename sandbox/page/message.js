// One message: who, when, what, its reactions, replies and tools.

import { act } from "./acting.js";
import { messageBody } from "./blocks.js";
import { avatar, el, fill, icon, openMenu } from "./dom.js";
import { messageHost } from "./host.js";
import { typed } from "./mrkdwn.js";
import { openEmoji, reactions } from "./reactions.js";
import { appOfUser, context, goTo, me, nameOf, newReplies, nowMs, state } from "./store.js";
import { dateIn, dayIn, instantOf, shortDayIn, timeIn } from "./time.js";

/** Whether a second message of the same author joins the first without a new head. */
export function joins(message, before) {
  return (
    before &&
    before.user === message.user &&
    (before.bot_id ?? "") === (message.bot_id ?? "") &&
    !before.is_ephemeral === !message.is_ephemeral &&
    !before.subtype &&
    !message.subtype &&
    instantOf(message.ts) - instantOf(before.ts) < 5 * 60_000
  );
}

function authorOf(message) {
  const user = state.users.get(message.user);
  const app = user?.is_bot || message.bot_id ? (appOfUser(message.user) ?? true) : null;
  const name =
    message.username || (user && (user.real_name || user.name)) || message.bot_profile?.name || "Slackbot";
  return { id: message.user || message.bot_id || "slackbot", name, app };
}

/** A message's row; `before`: the message above it, if they may be joined. */
export function row(channel, message, { before, inThread }) {
  const author = authorOf(message);
  const tz = me().tz;
  const ms = instantOf(message.ts);
  const joined = joins(message, before);
  const time = el("time", {
    class: "message-time",
    datetime: new Date(ms).toISOString(),
    title: `${dayIn(tz, ms)}, ${timeIn(tz, ms)}`,
    text: timeIn(tz, ms),
  });
  const gutter = joined
    ? el("span", { class: "message-gutter" }, time)
    : avatar(author.id, author.name, { square: Boolean(author.app) });
  const head =
    !joined &&
    el(
      "div",
      { class: "message-head" },
      el(message.user ? "button" : "span", {
        type: message.user && "button",
        class: "message-author",
        text: author.name,
        dir: "auto",
        data: { person: message.user ?? "" },
      }),
      author.app && el("span", { class: "badge", text: "App" }),
      time,
    );
  const note = message.is_ephemeral && el("div", { class: "ephemeral-note", text: "Only visible to you" });
  const body = el(
    "div",
    { class: "message-body" },
    ...messageBody(message, messageHost(channel, message.ts)),
  );
  if (message.edited) body.append(el("span", { class: "edited", text: "(edited)" }));
  const article = el(
    "article",
    {
      class: `message${joined ? " joined" : ""}${message.is_ephemeral ? " ephemeral" : ""}`,
      tabindex: "-1",
      data: { ts: message.ts },
    },
    gutter,
    el(
      "div",
      { class: "message-main" },
      note,
      head,
      body,
      reactions(channel, message),
      !inThread && replies(message),
    ),
    !message.is_ephemeral && tools(channel, message, inThread),
  );
  article.setAttribute(
    "aria-label",
    `${author.name}, ${timeIn(tz, ms)}${message.is_ephemeral ? ", only visible to you" : ""}`,
  );
  return article;
}

function replies(message) {
  if (!message.reply_count) return null;
  const tz = me().tz;
  const last = message.latest_reply ? instantOf(message.latest_reply) : 0;
  const today = dateIn(tz, last) === dateIn(tz, nowMs());
  const when = last && `Last reply ${today ? `at ${timeIn(tz, last)}` : shortDayIn(tz, last)}`;
  const faces = (message.reply_users ?? [])
    .slice(0, 3)
    .map((id) => avatar(id, nameOf(id), { size: "small", square: Boolean(appOfUser(id)) }));
  const count = `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`;
  return el(
    "button",
    { type: "button", class: "replies", on: { click: () => goTo({ thread: message.ts }) } },
    faces,
    el("span", { class: "replies-count", text: count }),
    el("span", { class: "replies-new" }),
    when && el("span", { class: "replies-when", text: when }),
  );
}

/** Say at a message's replies how many of them are new to the reader. */
export function markReplies(channel, article) {
  const mark = article.querySelector(".replies-new");
  if (!mark) return;
  const count = newReplies(channel, article.dataset.ts);
  mark.textContent = count ? `${count} new` : "";
}

function tools(channel, message, inThread) {
  const reply = el(
    "button",
    { type: "button", class: "tool", title: "Reply in thread", "aria-label": "Reply in thread" },
    icon("thread"),
  );
  reply.addEventListener("click", () => goTo({ thread: message.thread_ts || message.ts }));
  const react = el(
    "button",
    {
      type: "button",
      class: "tool",
      title: "Add reaction",
      "aria-label": "Add reaction",
      "aria-haspopup": "dialog",
    },
    icon("smile"),
  );
  react.addEventListener("click", () =>
    openEmoji(react, (name) => act("react", { channel, ts: message.ts, name })),
  );
  const more = el(
    "button",
    {
      type: "button",
      class: "tool",
      title: "More actions",
      "aria-label": "More actions",
      "aria-haspopup": "menu",
    },
    icon("more"),
  );
  more.addEventListener("click", () => openMessageMenu(more, channel, message));
  // Under a finger the tools stand only as long as their message has the focus: a press must not take it away.
  const keepFocus = (event) => event.preventDefault();
  return el(
    "div",
    { class: "tools", role: "toolbar", "aria-label": "Message actions", on: { mousedown: keepFocus } },
    react,
    !inThread && reply,
    more,
  );
}

function openMessageMenu(anchor, channel, message) {
  const items = [];
  for (const app of state.apps.values()) {
    const own = app.shortcuts.filter((shortcut) => shortcut.type === "message");
    for (const shortcut of own) {
      const run = () =>
        act("message_shortcut", { app: app.id, callback_id: shortcut.callback_id, channel, ts: message.ts });
      items.push({ label: shortcut.name, note: `${app.name} · ${shortcut.description}`, run });
    }
  }
  const copy = () => navigator.clipboard?.writeText(typed(message.text ?? "", context()));
  items.push(
    { label: "Reply in thread", run: () => goTo({ thread: message.thread_ts || message.ts }) },
    { label: "Copy text", run: copy },
  );
  if (message.user === state.me && !message.bot_id) {
    items.push({ label: "Edit message", run: () => startEdit(anchor.closest(".message"), channel, message) });
    items.push({
      label: "Delete message",
      danger: true,
      run: () => act("delete", { channel, ts: message.ts }),
    });
  }
  openMenu(anchor, items, { label: "Message actions" });
}

function startEdit(article, channel, message) {
  const area = el("textarea", { class: "field", rows: 3, "aria-label": "Edit message", dir: "auto" });
  area.value = typed(message.text ?? "", context());
  const body = article.querySelector(".message-body");
  const before = [...body.childNodes];
  const stop = () => fill(body, ...before);
  const save = async () => {
    const answer = await act("edit", { channel, ts: message.ts, text: area.value });
    if (answer.ok) stop();
  };
  area.addEventListener("keydown", (event) => {
    if (event.key === "Escape") stop();
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      save();
    }
  });
  const buttons = el(
    "div",
    { class: "actions" },
    el("button", { type: "button", class: "button button-small", text: "Cancel", on: { click: stop } }),
    el("button", {
      type: "button",
      class: "button button-primary button-small",
      text: "Save",
      on: { click: save },
    }),
  );
  fill(body, area, buttons);
  area.focus();
}
