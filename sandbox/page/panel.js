// The panel "Calls and events": what passed between the workspace and its apps, as it passes, and what was refused.

import { el, fill, icon } from "./dom.js";
import { ask, me, on } from "./store.js";
import { shortDayIn, timeIn } from "./time.js";

const MOST_ROWS = 200;
const SHOWN = [
  ["all", "All"],
  ["call", "Calls"],
  ["delivery", "Events and interactions"],
  ["refused", "Refused or failed"],
];

/** `{button, node}`: what opens the panel, and the panel. */
export function panel() {
  const entries = new Map();
  const opened = new Map();
  const badge = el("span", { class: "panel-badge", hidden: true });
  const button = el(
    "button",
    {
      type: "button",
      class: "tool panel-button",
      title: "Calls and events",
      "aria-label": "Calls and events",
      "aria-expanded": "false",
      "aria-controls": "calls-and-events",
    },
    icon("code"),
    badge,
  );
  const which = el(
    "select",
    { class: "field", "aria-label": "Which to list" },
    SHOWN.map(([value, text]) => el("option", { value, text })),
  );
  const sought = el("input", {
    type: "search",
    class: "field",
    placeholder: "Filter by name",
    "aria-label": "Filter by name",
  });
  const close = el("button", { type: "button", class: "tool", "aria-label": "Close calls and events" }, icon("close"));
  const rows = el("ul", { class: "panel-rows", "aria-label": "Calls and events" });
  const node = el(
    "section",
    { id: "calls-and-events", class: "panel", "aria-label": "Calls and events", hidden: true },
    el("header", { class: "panel-head" }, el("h2", { text: "Calls and events" }), which, sought, close),
    rows,
  );
  let refusals = 0;

  const countRefusals = (count) => {
    refusals = count;
    badge.hidden = !count;
    badge.textContent = String(Math.min(count, 99));
    button.setAttribute("aria-label", count ? `Calls and events, ${count} refused` : "Calls and events");
  };
  const show = (isOpen) => {
    node.hidden = !isOpen;
    button.setAttribute("aria-expanded", String(isOpen));
    ask({ ask: "journal", on: isOpen });
    if (isOpen) {
      countRefusals(0);
      which.focus();
    } else {
      button.focus();
    }
  };
  const fits = (entry) =>
    (which.value === "all" ||
      (which.value === "refused" ? Boolean(entry.error) : (entry.kind === "call") === (which.value === "call"))) &&
    entry.name.toLowerCase().includes(sought.value.trim().toLowerCase());
  const draw = () => {
    const listed = [...entries.values()].filter(fits).slice(-MOST_ROWS).reverse();
    const focused = rows.contains(document.activeElement) ? document.activeElement.dataset.number : "";
    fill(
      rows,
      listed.map((entry) => rowNode(entry)),
      !listed.length && el("li", { class: "empty", text: "Nothing of that kind yet." }),
    );
    const first = rows.querySelector(`[data-number="${focused}"]`) ?? rows.querySelector("[data-number]");
    if (first) first.tabIndex = 0;
    if (focused) first?.focus();
  };
  const rowNode = (entry) => {
    const known = opened.get(entry.number);
    const line = el(
      "button",
      {
        type: "button",
        class: `panel-row${entry.error ? " refused" : ""}`,
        tabindex: "-1",
        "aria-expanded": String(Boolean(known)),
        data: { number: String(entry.number) },
      },
      el("span", { class: "panel-time", text: whenOf(entry) }),
      el("span", { class: "panel-way", text: entry.kind === "call" ? "← call" : `→ ${WAYS[entry.kind]}` }),
      el("span", { class: "panel-name", text: entry.name }),
      el("span", { class: "panel-state", text: stateOf(entry) }),
    );
    line.addEventListener("click", () => {
      if (opened.has(entry.number)) {
        opened.delete(entry.number);
        draw();
      } else {
        ask({ ask: "entry", number: entry.number });
      }
    });
    return el("li", {}, line, known && detailNode(known));
  };

  button.addEventListener("click", () => show(node.hidden));
  close.addEventListener("click", () => show(false));
  which.addEventListener("change", draw);
  sought.addEventListener("input", draw);
  node.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      show(false);
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const lines = [...rows.querySelectorAll("[data-number]")];
    const at = lines.indexOf(document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    const next = lines[Math.max(0, Math.min(lines.length - 1, at + step))];
    lines[at].tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
  on("journal", ({ entries: told, is_all: isAll }) => {
    if (isAll) entries.clear();
    for (const entry of told) entries.set(entry.number, entry);
    for (const number of [...entries.keys()].slice(0, -MOST_ROWS)) entries.delete(number);
    if (!node.hidden) draw();
  });
  on("entry", ({ number, entry }) => {
    opened.set(number, entry ?? { sent: {}, answer: "No longer kept.", faults: [] });
    draw();
  });
  on("refused", () => node.hidden && countRefusals(refusals + 1));
  // Another connection knows nothing of what this page listed.
  on("snapshot", () => {
    opened.clear();
    entries.clear();
    if (!node.hidden) ask({ ask: "journal", on: true });
  });
  return { button, node };
}

const WAYS = { events_api: "event", slash_commands: "command", interactive: "interaction" };

const whenOf = (entry) => `${shortDayIn(me().tz, entry.at_ms)} ${timeIn(me().tz, entry.at_ms)}`;

function stateOf(entry) {
  if (entry.kind === "call") return [entry.status || "no answer", entry.error || "ok"].join(" ");
  if (entry.took_ms === null) return "on its way";
  const tries = entry.attempts > 1 ? `, attempt ${entry.attempts}` : "";
  return entry.error ? `${entry.error}${tries}` : `acknowledged in ${entry.took_ms} ms${tries}`;
}

function detailNode({ sent, answer, faults }) {
  return el(
    "div",
    { class: "panel-detail" },
    faults.map((fault) => el("p", { class: "panel-fault", text: faultLine(fault) })),
    el("h3", { text: "Sent" }),
    el("pre", { class: "pre", text: JSON.stringify(sent, null, 2), tabindex: "0" }),
    el("h3", { text: "Answer" }),
    el("pre", { class: "pre", text: JSON.stringify(answer, null, 2), tabindex: "0" }),
  );
}

/** One of Slack's sentences with the block that it is about: "block 2 (section): must be less than 3001 characters". */
export function faultLine({ sentence, pointer, where, length }) {
  const has = length === undefined ? "" : `; it has ${length.toLocaleString("en")}`;
  const at = pointer ? ` [${pointer}]` : "";
  return `${where ? `${where}: ` : ""}${sentence}${has}${at}`;
}
