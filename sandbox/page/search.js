// The search box: what one may see of what was said, and the way to it.

import { search } from "./acting.js";
import { el, fill, icon, showDialog } from "./dom.js";
import { flat } from "./mrkdwn.js";
import { channelName, context, goToMessage, me, nameOf, state } from "./store.js";
import { instantOf, shortDayIn, timeIn } from "./time.js";

const WAIT_MS = 120;

/** The header's search button; Ctrl+K (⌘K) opens it as well. */
export function searchBox() {
  const button = el(
    "button",
    {
      type: "button",
      class: "search-button",
      title: "Search (Ctrl+K)",
      "aria-label": "Search messages",
      "aria-haspopup": "dialog",
      "aria-keyshortcuts": "Control+K",
    },
    icon("search"),
    el("span", { text: "Search" }),
  );
  button.addEventListener("click", open);
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
    if (!button.isConnected || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    open();
  });
  return button;
}

function open() {
  const field = el("input", {
    type: "search",
    class: "field",
    placeholder: "Search messages",
    "aria-label": "Search messages",
    autocomplete: "off",
  });
  const status = el("p", { class: "search-status", role: "status" });
  const list = el("ul", { class: "search-found", "aria-label": "Found" });
  const dialog = showDialog({
    label: "Search",
    className: "search",
    body: el("div", { class: "search-body" }, field, status, list),
  });
  let timer = 0;
  let asked = 0;
  const run = async () => {
    const sought = field.value.trim();
    const number = ++asked;
    const hits = sought ? await search(sought) : [];
    // An answer that comes after the next question is not shown.
    if (number !== asked) return;
    status.textContent = !sought ? "" : hits.length ? `${hits.length} found` : "Nothing was found.";
    fill(
      list,
      hits.filter(({ channel }) => state.channels.has(channel)).map((hit) => el("li", {}, hitNode(hit, dialog))),
    );
  };
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(run, WAIT_MS);
  });
  dialog.addEventListener("keydown", (event) => {
    const all = [...list.querySelectorAll("button")];
    const at = all.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    // A search field takes the first Escape for itself, to be emptied.
    if (event.key === "Escape") dialog.close();
    if (event.key === "Enter" && at < 0) {
      event.preventDefault();
      all[0]?.click();
    } else if (step && all.length) {
      event.preventDefault();
      if (at + step < 0) field.focus();
      else all[Math.min(all.length - 1, at + step)].focus();
    }
  });
  field.focus();
}

function hitNode({ channel, message }, dialog) {
  const where = state.channels.get(channel);
  const ms = instantOf(message.ts);
  const isDirect = where.kind === "im" || where.kind === "mpim";
  const inThread = message.thread_ts && message.thread_ts !== message.ts;
  const node = el(
    "button",
    { type: "button", class: "search-hit" },
    el(
      "span",
      { class: "search-head" },
      el("strong", { text: message.username || nameOf(message.user ?? ""), dir: "auto" }),
      el("span", {
        class: "search-where",
        text: `${isDirect ? "" : "#"}${channelName(where)}${inThread ? ", in a thread" : ""} · ${shortDayIn(me().tz, ms)} ${timeIn(me().tz, ms)}`,
        dir: "auto",
      }),
    ),
    el("span", { class: "search-text", text: flat(message.text ?? "", context()), dir: "auto" }),
  );
  node.addEventListener("click", () => {
    dialog.close();
    goToMessage({ channel, ts: message.ts, thread: inThread ? message.thread_ts : "" });
  });
  return node;
}
