// The box in which one writes: messages, slash commands with their list, mentions, files, and the ⚡ menu.

import { el, fill, icon, newId, openMenu } from "./dom.js";
import { act, channelName, state, upload } from "./store.js";

const drafts = new Map();

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
    drafts.delete(key());
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
    if (!answer.ok && !area.value) {
      // What was written is not lost to a refusal.
      area.value = sent.text;
      files = answer.error === "no_connection" ? sent.files : [];
      drawFiles();
    }
  };

  area.addEventListener("input", () => {
    grow();
    offer();
    drafts.set(key(), area.value);
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
    for (const file of fileInput.files) {
      const answer = await upload(file);
      if (answer.ok) files.push({ upload: answer.upload, name: answer.name });
    }
    fileInput.value = "";
    drawFiles();
  });
  bolt.addEventListener("click", () => openShortcuts(bolt));

  const key = () => `${state.me} ${place().channel} ${place().thread}`;
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
    const draft = drafts.get(key()) ?? "";
    if (area.value !== draft) area.value = draft;
    grow();
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

function offersFor(value, caret, { inThread }) {
  const before = value.slice(0, caret);
  if (!inThread && /^\/\S*$/.test(before)) return commandOffers(before);
  // While a command's own words are typed, its hint stays in sight but takes no key.
  const mention = /(?:^|[\s(])([@#])([\p{L}\p{N}._-]*)$/u.exec(before);
  if (!mention) return [];
  const from = caret - mention[2].length - 1;
  return mention[1] === "@" ? peopleOffers(mention[2], from) : channelOffers(mention[2], from);
}

function commandOffers(before) {
  const commands = [...state.apps.values()].flatMap((app) =>
    app.commands.map((command) => ({ ...command, app: app.name })),
  );
  return commands
    .filter(({ command }) => command.startsWith(before.toLowerCase()))
    .sort((a, b) => (a.command < b.command ? -1 : 1))
    .map((found) => ({
      from: 0,
      text: `${found.command} `,
      name: found.command,
      hint: found.usage_hint,
      note: `${found.description} · ${found.app}`,
    }));
}

function peopleOffers(query, from) {
  const sought = query.toLocaleLowerCase();
  const fits = (user) =>
    !user.deleted &&
    `${user.name} ${user.real_name}`
      .toLocaleLowerCase()
      .split(/[\s._-]+/)
      .concat(user.name.toLowerCase())
      .some((word) => word.startsWith(sought));
  const people = [...state.users.values()].filter(fits).map((user) => ({
    from,
    text: `@${user.name} `,
    name: user.real_name || user.name,
    note: `@${user.name}`,
  }));
  const groups = [...state.groups.values()]
    .filter((group) => group.handle.toLocaleLowerCase().startsWith(sought))
    .map((group) => ({ from, text: `@${group.handle} `, name: `@${group.handle}`, note: group.name }));
  return [...people, ...groups].slice(0, 8);
}

function channelOffers(query, from) {
  return [...state.channels.values()]
    .filter(
      (channel) =>
        (channel.kind === "public" || channel.kind === "private") &&
        channel.name.startsWith(query.toLowerCase()),
    )
    .map((channel) => ({ from, text: `#${channel.name} `, name: `#${channel.name}`, note: channel.purpose }))
    .slice(0, 8);
}
