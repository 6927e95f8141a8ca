// The side bar: apps, channels one is in, channels to join, direct messages.

import { avatar, el, fill, icon, openMenu, soon } from "./dom.js";
import { act } from "./acting.js";
import { typed } from "./mrkdwn.js";
import { appOfChannel, channelName, context, goTo, me, on, state } from "./store.js";

const MOST_THREADS = 15;
const TITLE_LENGTH = 70;

/** The side bar's node; `onSwitch()` is called to choose another person. */
export function sidebar({ onSwitch, onChosen, foot = [] }) {
  const node = el("nav", { class: "sidebar", "aria-label": "Conversations" });
  const lists = el("div", { class: "sidebar-lists" });
  const header = el("div", { class: "sidebar-head" });
  fill(node, header, lists, el("div", { class: "sidebar-foot" }, foot));
  const draw = soon(() => {
    // Drawn anew at every message: whoever is in it with the keyboard stays where they are.
    const focused = node.contains(document.activeElement) && document.activeElement.dataset.channel;
    fill(lists, threadsNode(onChosen), ...sections(onChosen));
    fill(header, head(onSwitch));
    if (focused) node.querySelector(`[data-channel="${CSS.escape(focused)}"]`)?.focus();
  });
  for (const event of ["snapshot", "channels", "people", "place", "threads"]) on(event, draw);
  return node;
}

function head(onSwitch) {
  const person = me();
  return [
    el("div", { class: "team", text: state.team.name, dir: "auto" }),
    el(
      "button",
      { type: "button", class: "whoami", title: "Be somebody else", on: { click: onSwitch } },
      avatar(person.id, person.real_name, { size: "small" }),
      el(
        "span",
        { class: "whoami-name" },
        el("span", { text: person.real_name, dir: "auto" }),
        el("span", { class: "whoami-note", text: person.title || person.tz, dir: "auto" }),
      ),
      el("span", { class: "whoami-switch", text: "Switch" }),
    ),
  ];
}

function sections(onChosen) {
  const all = [...state.channels.values()];
  const named = all
    .filter((channel) => channel.kind === "public" || channel.kind === "private")
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const mine = named.filter((channel) => channel.is_member && !channel.is_archived);
  const others = named.filter((channel) => !channel.is_member && !channel.is_archived);
  const directs = all
    .filter(
      (channel) =>
        (channel.kind === "im" || channel.kind === "mpim") &&
        !appOfChannel(channel.id) &&
        (channel.latest || channel.id === state.at.channel),
    )
    .sort((a, b) => (a.latest > b.latest ? -1 : 1));
  const apps = [...state.apps.values()];
  const item = (channel) => itemNode(channel, onChosen);
  const add = el("button", {
    type: "button",
    class: "tool",
    title: "New message",
    "aria-label": "New direct message",
    "aria-haspopup": "menu",
    text: "+",
  });
  add.addEventListener("click", () => openPeople(add, onChosen));
  return [
    section("Channels", mine.map(item)),
    section("Direct messages", directs.map(item), add),
    apps.length &&
      section(
        "Apps",
        apps.map((app) => appNode(app, onChosen)),
      ),
    others.length && section("More channels", others.map(item)),
  ].filter(Boolean);
}

function section(title, items, tool) {
  return el(
    "section",
    { class: "sidebar-section" },
    el("div", { class: "sidebar-title" }, el("h2", { text: title }), tool),
    el(
      "ul",
      {},
      items.map((item) => el("li", {}, item)),
    ),
  );
}

function itemNode(channel, onChosen) {
  const direct = channel.kind === "im" || channel.kind === "mpim";
  const name = channelName(channel);
  const other = channel.members.find((id) => id !== state.me) ?? state.me;
  const mark = direct
    ? avatar(other, name, { size: "tiny" })
    : icon(channel.kind === "private" ? "lock" : "hash");
  const chosen = () => {
    goTo({ channel: channel.id, tab: "messages", thread: "" });
    onChosen();
  };
  return conversationButton({ mark, name, id: channel.id, muted: !channel.is_member, chosen });
}

function appNode(app, onChosen) {
  const chosen = () => {
    goTo({
      channel: app.direct,
      tab: app.home_tab && !state.channels.get(app.direct)?.unread ? "home" : "messages",
      thread: "",
    });
    onChosen();
  };
  return conversationButton({
    mark: avatar(app.bot_user, app.name, { size: "tiny", square: true }),
    name: app.name,
    id: app.direct,
    chosen,
  });
}

/** The threads that the reader follows, behind one entry; null where there are none. */
function threadsNode(onChosen) {
  const threads = [...state.threads.values()].sort((a, b) => (a.latest > b.latest ? -1 : 1));
  if (!threads.length) return null;
  const sum = (what) => threads.reduce((all, thread) => all + thread[what], 0);
  const news = { unread: sum("unread"), mentions: sum("mentions") };
  const chosen = () => openThreads(button, threads, onChosen);
  const button = conversationButton({ mark: icon("thread"), name: "Threads", id: "threads", news, chosen });
  button.setAttribute("aria-haspopup", "menu");
  return el("div", { class: "sidebar-threads" }, button);
}

function openThreads(anchor, threads, onChosen) {
  const items = threads.slice(0, MOST_THREADS).map((thread) => {
    const channel = state.channels.get(thread.channel);
    const where = channel ? `${channel.name ? "#" : ""}${channelName(channel)}` : "";
    return {
      label: shortened(typed(thread.text, context())) || "A message that was deleted",
      note: [where, thread.unread && `${thread.unread} new`].filter(Boolean).join(" · "),
      run: () => {
        goTo({ channel: thread.channel, tab: "messages", thread: thread.ts });
        onChosen();
      },
    };
  });
  openMenu(anchor, items, { label: "Threads" });
}

const shortened = (text) => (text.length > TITLE_LENGTH ? `${text.slice(0, TITLE_LENGTH).trimEnd()}…` : text);

function conversationButton({ mark, name, id, muted = false, chosen, news = state.channels.get(id) }) {
  const { unread = 0, mentions = 0 } = news ?? {};
  const said = [`${unread} unread`, mentions && `${mentions} ${mentions === 1 ? "mention" : "mentions"}`];
  const classes = ["conversation", unread && "unread", muted && "muted"].filter(Boolean).join(" ");
  return el(
    "button",
    {
      type: "button",
      class: classes,
      "aria-current": state.at.channel === id ? "page" : null,
      data: { channel: id },
      on: { click: chosen },
    },
    mark,
    el("span", { class: "conversation-name", text: name, dir: "auto" }),
    unread > 0 &&
      el("span", {
        class: `unread-count${mentions ? " mentioned" : ""}`,
        role: "img",
        text: `${mentions ? "@" : ""}${unread > 99 ? "99+" : unread}`,
        "aria-label": said.filter(Boolean).join(", "),
      }),
  );
}

function openPeople(anchor, onChosen) {
  const people = [...state.users.values()]
    .filter((user) => !user.is_bot && !user.deleted)
    .sort((a, b) => a.real_name.localeCompare(b.real_name));
  const items = people.map((user) => ({
    label: user.id === state.me ? `${user.real_name} (you)` : user.real_name,
    note: user.title,
    run: async () => {
      const answer = await act("direct", { users: [user.id] });
      if (!answer.ok) return;
      goTo({ channel: answer.channel, tab: "messages", thread: "" });
      onChosen();
    },
  }));
  openMenu(anchor, items, { label: "Write to" });
}
