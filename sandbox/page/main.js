// The page: who one is, the frame around the conversations, and what the browser's address says.

import { act, fetchPeople } from "./acting.js";
import * as cards from "./card.js";
import * as chooser from "./choose.js";
import { clock } from "./clock.js";
import { composer } from "./composer.js";
import { avatar, el, fill, icon, soon } from "./dom.js";
import { home } from "./home.js";
import { MessageList } from "./messages.js";
import * as modals from "./modal.js";
import { notices } from "./notices.js";
import { panel } from "./panel.js";
import { searchBox } from "./search.js";
import { isSecond, seatButton, tellSeat } from "./seat.js";
import { sidebar } from "./sidebar.js";
import { appOfChannel, channelName, connect, emit, goTo, on, state } from "./store.js";
import { strip } from "./strip.js";
import * as theme from "./theme.js";
import { threadPanel } from "./thread.js";

const app = document.getElementById("app");

const choosePerson = () => chooser.choosePerson(app, enter);

let frame = null;

function enter(userId, place = {}) {
  state.at = { channel: "", tab: "messages", thread: "", ...place };
  frame ??= buildFrame();
  fill(app, frame.node);
  connect(userId);
  // What the one before was typing goes from sight with them.
  emit("place");
}

function buildFrame() {
  const node = el("div", { class: "frame" });
  const closeMenu = () => node.classList.remove("menu-open");
  const foot = [seatButton(), theme.themeSwitch()].filter(Boolean);
  const side = sidebar({ onSwitch: choosePerson, onChosen: closeMenu, foot });
  const menu = el(
    "button",
    { type: "button", class: "tool menu-button", "aria-label": "Conversations" },
    icon("menu"),
  );
  menu.addEventListener("click", () => node.classList.toggle("menu-open"));
  // Where the side bar is behind this button, what is new there shows on it.
  const drawNews = () => {
    const isNew = [...state.channels.values(), ...state.threads.values()].some((one) => one.unread);
    menu.classList.toggle("has-news", isNew);
    if (isNew) menu.setAttribute("aria-description", "Something new");
    else menu.removeAttribute("aria-description");
  };
  for (const event of ["snapshot", "channels", "threads"]) on(event, soon(drawNews));
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
  const calls = panel();
  const head = el(
    "header",
    { class: "head" },
    menu,
    title,
    tabs,
    el("span", { class: "spacer" }),
    searchBox(),
    calls.button,
    clock(),
  );
  fill(
    node,
    side,
    shade,
    el(
      "main",
      { class: "main" },
      head,
      // Of two seats beside each other one moves the clock.
      !isSecond && strip(),
      offline,
      notices(),
      el("div", { class: "panels" }, conversation, thread.node),
      calls.node,
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
    tellSeat(location.hash.slice(1));
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

theme.start();
modals.start();
cards.start();
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
