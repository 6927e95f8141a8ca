// The box in which one writes: messages, slash commands with their list, mentions, files, and the ⚡ menu.

import { el, fill, icon, newId, openMenu } from "./dom.js";
import { act, upload } from "./acting.js";
import { draftOf, keepDraft } from "./drafts.js";
import { offersFor } from "./offers.js";
import { channelName, state } from "./store.js";

/** A composer; `place()` → `{channel, thread}` says where it sends to. */
export function composer({ place, inThread = false }) {
  const listId = newId("offers");
  const area = el("textarea", {
    class: "composer-area",
    rows: 1,
    dir: "auto",
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-controls": listId,
    "aria-expanded": "false",
    enterkeyhint: "send",
  });
  const offers = el("div", {
    id: listId,
    class: "offers",
    role: "listbox",
    "aria-label": "Suggestions",
    hidden: true,
  });
  const chips = el("ul", { class: "file-list" });
  const fileInput = el("input", {
    type: "file",
    multiple: true,
    class: "file-field",
    "aria-label": "Attach files",
  });
  const attach = el("label", { class: "tool", title: "Attach files" }, icon("clip"), fileInput);
  const bolt = el(
    "button",
    { type: "button", class: "tool", title: "Shortcuts", "aria-label": "Shortcuts", "aria-haspopup": "menu" },
    icon("bolt"),
  );
  const send = el(
    "button",
    { type: "submit", class: "send", title: "Send", "aria-label": "Send" },
    icon("send"),
  );
  const form = el(
    "form",
    { class: "composer" },
    offers,
    chips,
    area,
    el("div", { class: "composer-foot" }, attach, !inThread && bolt, el("span", { class: "spacer" }), send),
  );
  const key = () => `${state.me} ${place().channel} ${place().thread}`;
  const keep = () => keepDraft(key(), { text: area.value, files });
  let files = [];
  let rows = [];
  let current = -1;

  const grow = () => {
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, 220)}px`;
    send.disabled = !area.value.trim() && !files.length;
  };
  const drawFiles = () => {
    fill(
      chips,
      files.map((file) => {
        const drop = el(
          "button",
          { type: "button", class: "button-plain", "aria-label": `Remove ${file.name}` },
          icon("close"),
        );
        drop.addEventListener("click", () => {
          files = files.filter((other) => other !== file);
          keep();
          drawFiles();
        });
        return el(
          "li",
          { class: "file-chip" },
          icon("file"),
          el("span", { text: file.name, dir: "auto" }),
          drop,
        );
      }),
    );
    grow();
  };

  const closeOffers = () => {
    rows = [];
    current = -1;
    offers.hidden = true;
    area.setAttribute("aria-expanded", "false");
    area.removeAttribute("aria-activedescendant");
  };
  const mark = (index) => {
    rows[current]?.node.setAttribute("aria-selected", "false");
    current = index;
    const row = rows[current];
    if (!row) return;
    row.node.setAttribute("aria-selected", "true");
    row.node.scrollIntoView({ block: "nearest" });
    area.setAttribute("aria-activedescendant", row.node.id);
  };
  const take = (index) => {
    const row = rows[index];
    if (!row) return;
    const { from, text } = row.offer;
    area.setRangeText(text, from, area.selectionStart, "end");
    closeOffers();
    grow();
    area.focus();
    offer();
  };
  const offer = () => {
    const found = offersFor(area.value, area.selectionStart, { inThread });
    if (!found.length) return closeOffers();
    rows = found.map((entry, index) => {
      const node = el(
        "div",
        { id: newId("offer"), class: "offer", role: "option", "aria-selected": "false" },
        el(
          "span",
          { class: "offer-main" },
          el("span", { class: "offer-name", text: entry.name, dir: "auto" }),
          entry.hint && el("span", { class: "offer-hint", text: entry.hint }),
        ),
        entry.note && el("span", { class: "offer-note", text: entry.note, dir: "auto" }),
      );
      node.addEventListener("pointerdown", (event) => event.preventDefault());
      node.addEventListener("click", () => take(index));
      return { node, offer: entry };
    });
    fill(
      offers,
      rows.map((row) => row.node),
    );
    offers.hidden = false;
    area.setAttribute("aria-expanded", "true");
    mark(0);
    return undefined;
  };

  const submit = async () => {
    const { channel, thread } = place();
    const text = area.value.trim();
    if ((!text && !files.length) || !channel) return;
    const sent = { text: area.value, files };
    area.value = "";
    files = [];
    closeOffers();
    drawFiles();
    const sentFrom = key();
    keep();
    const isCommand = /^\/\S/.test(text) && !sent.files.length;
    form.setAttribute("aria-busy", "true");
    const answer = isCommand
      ? await act("command", { channel, text, thread_ts: thread || undefined })
      : await act("say", {
          channel,
          text: sent.text,
          thread_ts: thread || undefined,
          uploads: sent.files.map((file) => file.upload),
        });
    form.removeAttribute("aria-busy");
    if (!answer.ok && !draftOf(sentFrom).text) {
      // What was written is not lost to a refusal, though its writer may look elsewhere by now.
      keepDraft(sentFrom, { text: sent.text, files: answer.error === "no_connection" ? sent.files : [] });
      refresh();
    }
  };

  area.addEventListener("input", () => {
    grow();
    offer();
    keep();
  });
  area.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const whole =
      rows[current] &&
      area.value.slice(rows[current].offer.from, area.selectionStart) === rows[current].offer.text.trim();
    if (rows.length && step) {
      event.preventDefault();
      mark((current + step + rows.length) % rows.length);
    } else if (rows.length && (event.key === "Tab" || (event.key === "Enter" && !whole))) {
      event.preventDefault();
      take(current);
    } else if (event.key === "Escape" && rows.length) {
      event.preventDefault();
      event.stopPropagation();
      closeOffers();
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      submit();
    }
  });
  area.addEventListener("blur", () => setTimeout(closeOffers, 150));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  fileInput.addEventListener("change", async () => {
    const givenTo = key();
    for (const file of fileInput.files) {
      const answer = await upload(file);
      const draft = givenTo === key() ? { text: area.value, files } : draftOf(givenTo);
      if (answer.ok) {
        const given = { upload: answer.upload, name: answer.name };
        keepDraft(givenTo, { ...draft, files: [...draft.files, given] });
      }
    }
    fileInput.value = "";
    refresh();
  });
  bolt.addEventListener("click", () => openShortcuts(bolt));

  /** Take the place's draft and name; call when the place changes. */
  const refresh = () => {
    const { channel, thread } = place();
    const where = state.channels.get(channel);
    const name = where
      ? where.kind === "im" || where.kind === "mpim"
        ? channelName(where)
        : `#${where.name}`
      : "";
    const words = thread ? "Reply…" : `Message ${name}`;
    area.placeholder = words;
    area.setAttribute("aria-label", thread ? "Reply in thread" : words);
    const draft = draftOf(key());
    if (area.value !== draft.text) area.value = draft.text;
    files = draft.files;
    drawFiles();
  };
  return { node: form, refresh, focus: () => area.focus() };
}

/** The ⚡ menu: the global shortcuts of all apps. */
function openShortcuts(anchor) {
  const items = [];
  for (const app of state.apps.values()) {
    const own = app.shortcuts.filter((shortcut) => shortcut.type === "global");
    if (own.length) items.push(app.name);
    for (const shortcut of own) {
      items.push({
        label: shortcut.name,
        note: shortcut.description,
        run: () => act("shortcut", { app: app.id, callback_id: shortcut.callback_id }),
      });
    }
  }
  if (!items.length) items.push("No app has shortcuts here");
  openMenu(anchor, items, { label: "Shortcuts" });
}
