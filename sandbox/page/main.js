// The page: who one is, the frame around the conversations, and what the browser's address says.

import { clock } from "./clock.js";
import { composer } from "./composer.js";
import { avatar, el, fill, icon, soon } from "./dom.js";
import { home } from "./home.js";
import { MessageList } from "./messages.js";
import * as modals from "./modal.js";
import { notices } from "./notices.js";
import { sidebar } from "./sidebar.js";
import { strip } from "./strip.js";
import {
  act,
  appOfChannel,
  channelName,
  connect,
  disconnect,
  fetchPeople,
  goTo,
  on,
  state,
} from "./store.js";

const app = document.getElementById("app");

async function choosePerson() {
  disconnect();
  if (location.hash) history.pushState(null, "", location.pathname);
  const { team, people } = await fetchPeople();
  const search = el("input", {
    type: "search",
    class: "field",
    placeholder: "Search people",
    "aria-label": "Search people",
  });
  const list = el("ul", { class: "people" });
  const draw = () => {
    const sought = search.value.toLocaleLowerCase();
    const found = people.filter((person) =>
      `${person.real_name} ${person.name} ${person.title}`.toLocaleLowerCase().includes(sought),
    );
    fill(
      list,
      found.map((person) =>
        el(
          "li",
          {},
          el(
            "button",
            {
              type: "button",
              class: "person",
              data: { user: person.id },
              on: { click: () => enter(person.id) },
            },
            avatar(person.id, person.real_name),
            el(
              "span",
              { class: "person-text" },
              el("span", { class: "person-name", text: person.real_name, dir: "auto" }),
              el("span", { class: "person-note", text: person.title || `@${person.name}`, dir: "auto" }),
            ),
            el("span", { class: "person-zone", text: person.tz.split("/").pop().replaceAll("_", " ") }),
          ),
        ),
      ),
    );
    if (!found.length)
      fill(
        list,
        el("li", {
          class: "empty",
          text: people.length ? "Nobody of that name." : "This workspace has no people yet.",
        }),
      );
  };
  search.addEventListener("input", draw);
  draw();
  fill(
    app,
    el(
      "main",
      { class: "choose" },
      el("h1", { text: team.name, dir: "auto" }),
      el("p", {
        class: "choose-note",
        text: "A local workspace. Choose who you are; you can change at any time, or open a second window as somebody else.",
      }),
      people.length > 8 && search,
      list,
    ),
  );
  if (people.length > 8) search.focus();
}

let frame = null;

function enter(userId, place = {}) {
  state.at = { channel: "", tab: "messages", thread: "", ...place };
  frame ??= buildFrame();
  fill(app, frame.node);
  connect(userId);
}

function buildFrame() {
  const node = el("div", { class: "frame" });
  const closeMenu = () => node.classList.remove("menu-open");
  const side = sidebar({ onSwitch: choosePerson, onChosen: closeMenu });
  const menu = el(
    "button",
    { type: "button", class: "tool menu-button", "aria-label": "Conversations" },
    icon("menu"),
  );
  menu.addEventListener("click", () => node.classList.toggle("menu-open"));
  const title = el("div", { class: "title" });
  const tabs = el("div", { class: "tabs", role: "tablist", hidden: true });
  const offline = el("div", {
    class: "offline",
    role: "status",
    hidden: true,
    text: "The connection is lost. Trying again…",
  });
  const list = new MessageList({ label: "Messages" });
  const box = composer({ place: () => ({ channel: state.at.channel, thread: "" }) });
  const join = el("div", { class: "join", hidden: true });
  const homeTab = home();
  const conversation = el(
    "section",
    { class: "conversation-panel", "aria-label": "Conversation" },
    list.node,
    join,
    box.node,
    homeTab.node,
  );
  const thread = threadPanel();
  const shade = el("div", { class: "shade", on: { click: closeMenu } });
  const head = el("header", { class: "head" }, menu, title, tabs, el("span", { class: "spacer" }), clock());
  fill(
    node,
    side,
    shade,
    el(
      "main",
      { class: "main" },
      head,
      strip(),
      offline,
      notices(),
      el("div", { class: "panels" }, conversation, thread.node),
    ),
  );

  const draw = () => {
    const { channel: id, tab } = state.at;
    const channel = state.channels.get(id);
    const own = appOfChannel(id);
    fill(title, channel ? titleNodes(channel, own) : []);
    drawTabs(tabs, own);
    const isHome = tab === "home" && Boolean(own);
    homeTab.node.hidden = !isHome;
    list.node.hidden = isHome;
    const canWrite = channel?.is_member && !channel.is_archived && !(own && !own.messages_tab);
    box.node.hidden = isHome || !canWrite;
    join.hidden = isHome || canWrite || !channel;
    if (!join.hidden) fill(join, joinNodes(channel));
    if (!isHome) list.show(id);
    homeTab.show();
    box.refresh();
    thread.show();
    document.title = channel ? `${channelName(channel)} · ${state.team.name}` : state.team.name;
  };
  on("place", draw);
  on("channels", soon(draw));
  on("people", draw);
  on("snapshot", () => {
    homeTab.forget();
    if (!state.users.has(state.me)) {
      choosePerson();
      return;
    }
    if (!state.channels.has(state.at.channel)) goTo({ ...firstPlace(), thread: "" }, { replace: true });
    list.redraw({ loaded: true });
    thread.list.redraw({ loaded: true });
    draw();
  });
  on("online", () => {
    offline.hidden = state.online;
    if (!state.online && !state.everOnline) leaveIfNobody();
    node.classList.toggle("is-offline", !state.online);
  });
  return { node };
}

// An address may name somebody who is not in this workspace (any more).
async function leaveIfNobody() {
  const asked = state.me;
  const { people } = await fetchPeople().catch(() => ({ people: null }));
  if (people && state.me === asked && !people.some((person) => person.id === asked)) choosePerson();
}

function firstPlace() {
  const first = [...state.apps.values()][0];
  if (first) return { channel: first.direct, tab: first.home_tab ? "home" : "messages" };
  const channel = [...state.channels.values()].find((one) => one.is_member);
  return { channel: channel?.id ?? "", tab: "messages" };
}

function titleNodes(channel, own) {
  const direct = channel.kind === "im" || channel.kind === "mpim";
  const name = channelName(channel);
  const other = channel.members.find((id) => id !== state.me) ?? state.me;
  const mark = direct
    ? avatar(other, name, { size: "small", square: Boolean(own) })
    : icon(channel.kind === "private" ? "lock" : "hash");
  const members = channel.members.length;
  const note = direct
    ? ""
    : [`${members} ${members === 1 ? "member" : "members"}`, channel.topic].filter(Boolean).join(" · ");
  return [
    mark,
    el(
      "div",
      { class: "title-text" },
      el("h1", { text: name, dir: "auto" }),
      note && el("div", { class: "title-note", text: note, dir: "auto" }),
    ),
  ];
}

function drawTabs(tabs, own) {
  tabs.hidden = !(own && own.home_tab);
  if (tabs.hidden) return;
  const focused = tabs.contains(document.activeElement);
  const tab = (key, label) =>
    el("button", {
      type: "button",
      class: "tab",
      role: "tab",
      "aria-selected": String(state.at.tab === key),
      text: label,
      on: { click: () => goTo({ tab: key, thread: "" }) },
    });
  fill(tabs, tab("home", "Home"), own.messages_tab && tab("messages", "Messages"));
  if (focused) tabs.querySelector('[aria-selected="true"]')?.focus();
}

function joinNodes(channel) {
  if (channel.is_archived) return [el("span", { text: "This channel is archived." })];
  if (channel.is_member) return [el("span", { text: "Sending messages to this app is turned off." })];
  const button = el("button", { type: "button", class: "button button-primary", text: "Join channel" });
  button.addEventListener("click", () => act("join", { channel: channel.id }));
  return [el("span", { text: `You are looking at #${channel.name}.` }), button];
}

function threadPanel() {
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

modals.start();
document.addEventListener("visibilitychange", () => !document.hidden && state.at.channel && goTo({}));

function fromAddress() {
  const [user, channel = "", rest = ""] = decodeURIComponent(location.hash.slice(1)).split("/");
  if (!user) return choosePerson();
  const place = { channel, tab: rest === "home" ? "home" : "messages", thread: rest === "home" ? "" : rest };
  if (user === state.me && state.online) return goTo(place, { replace: true });
  return enter(user, place);
}
window.addEventListener("popstate", fromAddress);
fromAddress();
