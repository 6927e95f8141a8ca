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
  /** `channel/ts` → {channel, ts, text, latest, unread, mentions}: the threads that the reader follows. */
  threads: new Map(),
  /** channel id → {messages: Map by ts, ephemerals, hasMore}: only of conversations that were opened. */
  logs: new Map(),
  /** What was unread when the reader came here: the `ts` read up to; null where nothing was. */
  newSince: null,
  /** `{channel, ts}` of a message to be brought into sight once it is there. */
  sought: null,
  /** Where the reader is: a conversation, an app's tab, a thread. */
  at: { channel: "", tab: "messages", thread: "" },
};

const listeners = new Map();
let socket = null;
let reconnectTimer = 0;
let tries = 0;
let clockAt = { nowMs: Date.now(), ticking: true, since: performance.now() };

export { state };

/** Call `listener(detail)` at each `event`: snapshot, channels, people, log, modals, home, clock, notice, online, place,
 * threads, journal, entry, refused. */
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
    threads: new Map(),
    logs: new Map(),
    newSince: null,
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
    // The first try comes at once: a workspace that begins again is there in a moment.
    reconnectTimer = setTimeout(openSocket, tries++ ? 1000 : 250);
  });
}

/** Ask over the socket, so that no change overtakes the answer. */
export function ask(what) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(what));
}

const RECEIVERS = {
  snapshot(told) {
    state.team = told.team;
    setPeople(told);
    state.apps = byId(told.apps);
    state.channels = byId(told.channels);
    state.views = told.views;
    state.threads = new Map(told.threads.map((thread) => [threadKey(thread.channel, thread.ts), thread]));
    tries = 0;
    state.online = true;
    state.everOnline = true;
    setClock(told.clock);
    // What was read before a gap may have changed in it: asked again when looked at.
    state.logs.clear();
    emit("snapshot");
    emit("threads");
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
  read(told) {
    const channel = state.channels.get(told.channel);
    if (channel) Object.assign(channel, { unread: 0, mentions: 0, read_to: told.ts });
    emit("channels");
  },
  followed({ channel, thread_ts: ts, thread }) {
    if (thread) state.threads.set(threadKey(channel, ts), thread);
    else state.threads.delete(threadKey(channel, ts));
    markThreadRead();
    emit("threads");
  },
  notice: (told) => emit("notice", { text: told.text }),
  messages(told) {
    const log = state.logs.get(told.channel) ?? { messages: new Map(), ephemerals: [], hasMore: false };
    for (const message of told.messages) log.messages.set(message.ts, message);
    Object.assign(log, { ephemerals: told.ephemerals, hasMore: told.has_more, asked: false });
    state.logs.set(told.channel, log);
    emit("log", { channel: told.channel, loaded: !told.before });
    seek();
  },
  thread(told) {
    const log = state.logs.get(told.channel);
    if (!log) return;
    for (const message of told.messages) log.messages.set(message.ts, message);
    emit("log", { channel: told.channel });
  },
  message(told) {
    const channel = state.channels.get(told.channel);
    if (channel) noteNews(channel, told);
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

for (const event of ["journal", "entry", "refused"]) RECEIVERS[event] = (told) => emit(event, told);

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

const threadKey = (channel, ts) => `${channel}/${ts}`;

/** How much of a thread is new to the reader; 0 where they do not follow it. */
export const newReplies = (channel, ts) => state.threads.get(threadKey(channel, ts))?.unread ?? 0;

/** The thread that is open counts as read, in every window of this person. */
function markThreadRead() {
  const { channel, thread: ts } = state.at;
  const thread = ts && isLookedAt(channel) && state.threads.get(threadKey(channel, ts));
  if (!thread?.unread) return;
  Object.assign(thread, { unread: 0, mentions: 0 });
  ask({ ask: "read", channel, thread_ts: ts });
  emit("threads");
}

const byId = (items) => new Map(items.map((item) => [item.id, item]));

function setPeople(told) {
  state.users = byId(told.users);
  state.groups = byId(told.groups);
}

function setClock({ now_ms: now, ticking }) {
  clockAt = { nowMs: now, ticking, since: performance.now() };
}

const isLookedAt = (id) => state.at.channel === id && state.at.tab === "messages" && !document.hidden;

function noteNews(channel, told) {
  channel.latest = told.message.ts;
  if (!told.is_news) return;
  if (isLookedAt(channel.id)) {
    ask({ ask: "read", channel: channel.id });
    return;
  }
  // Who comes back to this window finds a line above what came meanwhile.
  if (state.at.channel === channel.id && !channel.unread) state.newSince = channel.read_to;
  channel.unread += 1;
  if (told.mentions) channel.mentions += 1;
}

/** Go to a conversation, an app's tab or a thread; the address in the browser follows, so that "back" goes back. */
export function goTo(place, { replace = false } = {}) {
  if (place.channel && place.channel !== state.at.channel) state.newSince = null;
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
  markThreadRead();
}

/** What stands in a conversation that is looked at counts as read, in every window of this person. */
export function markRead(id) {
  const channel = state.channels.get(id);
  if (!channel?.unread || !isLookedAt(id)) return;
  state.newSince ??= channel.read_to;
  Object.assign(channel, { unread: 0, mentions: 0 });
  ask({ ask: "read", channel: id });
  emit("channels");
}

/** Go to one message, however old; it is brought into sight. */
export function goToMessage({ channel, ts, thread = "" }) {
  state.sought = { channel, ts: thread || ts };
  goTo({ channel, tab: "messages", thread });
  seek();
}

function seek() {
  if (!state.sought) return;
  const { channel, ts } = state.sought;
  const log = state.logs.get(channel);
  if (!log) return;
  if (log.messages.has(ts) || !log.hasMore) emit("sought");
  else loadOlder(channel, { until: ts });
}

/** Ask for what was said before the oldest message that is loaded. */
export function loadOlder(channel, { until = "" } = {}) {
  const log = state.logs.get(channel);
  const oldest =
    log &&
    [...log.messages.values()]
      .filter(isTopLevel)
      .map((message) => message.ts)
      .sort()[0];
  if (!oldest || !log.hasMore || log.asked) return;
  log.asked = true;
  ask({ ask: "messages", channel, before: oldest, until });
}

export function isTopLevel(message) {
  return !message.thread_ts || message.thread_ts === message.ts || message.subtype === "thread_broadcast";
}
