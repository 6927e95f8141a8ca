// What the page knows, and its one web socket: a snapshot, then every change in order. Who draws subscribes here.

const state = {
  me: "",
  online: false,
  everOnline: false,
  team: { id: "", name: "" },
  users: new Map(),
  groups: new Map(),
  channels: new Map(),
  apps: new Map(),
  views: [],
  homes: new Map(),
  /** channel id → {messages: Map by ts, ephemerals, hasMore}: only of conversations that were opened. */
  logs: new Map(),
  /** channel id → messages that came while it was not open. */
  unread: new Map(),
  /** Where the reader is: a conversation, an app's tab, a thread. */
  at: { channel: "", tab: "messages", thread: "" },
};

const listeners = new Map();
let socket = null;
let reconnectTimer = 0;
let clockAt = { nowMs: Date.now(), ticking: true, since: performance.now() };

export { state };

/** Call `listener(detail)` at each `event`: snapshot, channels, people, log, modals, home, clock, notice, online, place. */
export function on(event, listener) {
  listeners.set(event, [...(listeners.get(event) ?? []), listener]);
}

export function emit(event, detail) {
  for (const listener of listeners.get(event) ?? []) listener(detail);
}

export const me = () => state.users.get(state.me) ?? { id: state.me, real_name: "", tz: "UTC" };
export const nowMs = () => clockAt.nowMs + (clockAt.ticking ? performance.now() - clockAt.since : 0);
export const isTicking = () => clockAt.ticking;
export const nameOf = (id) => state.users.get(id)?.real_name || state.users.get(id)?.name || id;
export const modal = () => state.views[state.views.length - 1] ?? null;

/** What rendering a text needs to know. */
export function context() {
  const open = (channel) => goTo({ channel, tab: "messages", thread: "" });
  return {
    me: state.me,
    users: state.users,
    groups: state.groups,
    channels: state.channels,
    tz: me().tz,
    nowMs,
    onChannel: open,
  };
}

/** The name of a conversation as this person reads it. */
export function channelName(channel) {
  if (channel.kind !== "im" && channel.kind !== "mpim") return channel.name;
  const others = channel.members.filter((id) => id !== state.me);
  return others.length ? others.map(nameOf).join(", ") : `${nameOf(state.me)} (you)`;
}

export const appOfChannel = (id) => [...state.apps.values()].find((app) => app.direct === id);
export const appOfUser = (id) => [...state.apps.values()].find((app) => app.bot_user === id);

/** Become somebody: everything of the one before is dropped. */
export function connect(userId) {
  disconnect();
  Object.assign(state, {
    me: userId,
    views: [],
    everOnline: false,
    homes: new Map(),
    logs: new Map(),
    unread: new Map(),
  });
  openSocket();
}

export function disconnect() {
  clearTimeout(reconnectTimer);
  const old = socket;
  socket = null;
  old?.close();
  state.online = false;
}

function openSocket() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const opened = new WebSocket(
    `${scheme}://${location.host}/page/socket?user=${encodeURIComponent(state.me)}`,
  );
  socket = opened;
  opened.addEventListener("message", (event) => {
    if (opened === socket) receive(JSON.parse(event.data));
  });
  opened.addEventListener("close", () => {
    if (opened !== socket) return;
    socket = null;
    if (state.online || !state.everOnline) {
      state.online = false;
      emit("online");
    }
    reconnectTimer = setTimeout(openSocket, 1000);
  });
}

/** Ask over the socket, so that no change overtakes the answer. */
function ask(what) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(what));
}

const RECEIVERS = {
  snapshot(told) {
    state.team = told.team;
    setPeople(told);
    state.apps = byId(told.apps);
    state.channels = byId(told.channels);
    state.views = told.views;
    state.online = true;
    state.everOnline = true;
    setClock(told.clock);
    // What was read before a gap may have changed in it: asked again when looked at.
    state.logs.clear();
    emit("snapshot");
    emit("online");
    emit("modals");
    loadPlace();
  },
  channels(told) {
    state.channels = byId(told.channels);
    emit("channels");
  },
  people(told) {
    setPeople(told);
    emit("people");
  },
  modals(told) {
    state.views = told.views;
    emit("modals");
  },
  home(told) {
    state.homes.set(told.app, told.view);
    emit("home", told.app);
  },
  clock(told) {
    setClock(told.clock);
    emit("clock");
  },
  notice: (told) => emit("notice", { text: told.text }),
  messages(told) {
    const log = state.logs.get(told.channel) ?? { messages: new Map(), ephemerals: [], hasMore: false };
    for (const message of told.messages) log.messages.set(message.ts, message);
    Object.assign(log, { ephemerals: told.ephemerals, hasMore: told.has_more, asked: false });
    state.logs.set(told.channel, log);
    emit("log", { channel: told.channel, loaded: true, older: Boolean(told.before) });
  },
  thread(told) {
    const log = state.logs.get(told.channel);
    if (!log) return;
    for (const message of told.messages) log.messages.set(message.ts, message);
    emit("log", { channel: told.channel });
  },
  message(told) {
    const looking = state.at.channel === told.channel && state.at.tab === "messages" && !document.hidden;
    const mine = told.message.user === state.me;
    if (!looking && !mine && isTopLevel(told.message))
      state.unread.set(told.channel, (state.unread.get(told.channel) ?? 0) + 1);
    const channel = state.channels.get(told.channel);
    if (channel) channel.latest = told.message.ts;
    emit("channels");
    change(told);
  },
  message_changed: (told) => change(told),
  message_deleted(told) {
    state.logs.get(told.channel)?.messages.delete(told.ts);
    emit("log", { channel: told.channel });
  },
  ephemerals(told) {
    const log = state.logs.get(told.channel);
    if (log) log.ephemerals = told.messages;
    emit("log", { channel: told.channel });
  },
};

function receive(told) {
  RECEIVERS[told.type]?.(told);
}

function change({ channel, message, type }) {
  const log = state.logs.get(channel);
  if (!log) return;
  // A change of something older than what was loaded is not drawn yet.
  if (type === "message" || log.messages.has(message.ts)) log.messages.set(message.ts, message);
  emit("log", { channel, added: type === "message" });
}

const byId = (items) => new Map(items.map((item) => [item.id, item]));

function setPeople(told) {
  state.users = byId(told.users);
  state.groups = byId(told.groups);
}

function setClock({ now_ms: now, ticking }) {
  clockAt = { nowMs: now, ticking, since: performance.now() };
}

/** Go to a conversation, an app's tab or a thread; the address in the browser follows, so that "back" goes back. */
export function goTo(place, { replace = false } = {}) {
  Object.assign(state.at, place);
  const { channel, tab, thread } = state.at;
  const path = `#${[state.me, channel, tab === "home" ? "home" : thread].filter(Boolean).join("/")}`;
  if (location.hash !== path) history[replace ? "replaceState" : "pushState"](null, "", path);
  loadPlace();
  emit("place");
}

function loadPlace() {
  const { channel, tab, thread } = state.at;
  if (!channel) return;
  if (tab === "home") {
    const app = appOfChannel(channel);
    if (app) ask({ ask: "home", app: app.id });
    return;
  }
  markRead(channel);
  if (!state.logs.has(channel)) ask({ ask: "messages", channel });
  if (thread) ask({ ask: "thread", channel, thread_ts: thread });
}

export function markRead(channel) {
  if (state.unread.delete(channel)) emit("channels");
}

/** Ask for what was said before the oldest message that is loaded. */
export function loadOlder(channel) {
  const log = state.logs.get(channel);
  const oldest =
    log &&
    [...log.messages.values()]
      .filter(isTopLevel)
      .map((message) => message.ts)
      .sort()[0];
  if (!oldest || !log.hasMore || log.asked) return;
  log.asked = true;
  ask({ ask: "messages", channel, before: oldest });
}

export function isTopLevel(message) {
  return !message.thread_ts || message.thread_ts === message.ts || message.subtype === "thread_broadcast";
}

/**
 * Do something as this person. Returns the answer `{ok: true, …}`;
 * what Slack refused comes back as `{ok: false, error, messages}`, and is shown unless `quiet`.
 */
export async function act(verb, body = {}, { quiet = false } = {}) {
  const answer = await post(`/page/act/${verb}`, { user: state.me, ...body });
  if (!answer.ok && !quiet)
    emit("notice", { error: answer.error, messages: answer.messages ?? [], text: answer.text });
  return answer;
}

async function post(url, body) {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return await response.json();
  } catch {
    return { ok: false, error: "no_connection", text: "The workspace did not answer. Is it still running?" };
  }
}

/** Upload a file for a later message or submission; returns `{ok, upload, name}`. */
export async function upload(file) {
  const form = new FormData();
  form.append("file", file, file.name);
  try {
    const response = await fetch(`/page/upload?user=${encodeURIComponent(state.me)}`, {
      method: "POST",
      body: form,
    });
    return await response.json();
  } catch {
    return { ok: false, error: "no_connection" };
  }
}

/** Whom one can be. */
export async function fetchPeople() {
  const response = await fetch("/page/people");
  return response.json();
}
