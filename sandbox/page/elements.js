// Interactive elements. Each draws itself and reports its state in Slack's own shape, as `view.state.values` holds it.

import { el, icon, newId, openMenu, showDialog } from "./dom.js";
import { flat, mrkdwn, plain } from "./mrkdwn.js";
import { picker, searched } from "./picker.js";
import { channelName, context, state, upload } from "./store.js";
import { instantAt, wallIn } from "./time.js";

/**
 * An element's node. `host` is where it stands: `{get(blockId, actionId), set(blockId, actionId, value), press(blockId, element,
 * value, node), describe(blockId, actionId)}`. `as`: "input" in an input block (reports at submission), "action" elsewhere (reports at once).
 */
export function element(item, blockId, host, { as = "action", label = "", describedBy = "" } = {}) {
  const make = MAKERS[item.type];
  if (!make) return el("span", { class: "unsupported", text: `[${item.type}]` });
  const current = host.get(blockId, item.action_id) ?? initial(item);
  const changed = async (value, node) => {
    const before = host.get(blockId, item.action_id);
    host.set(blockId, item.action_id, value);
    if (as === "action" || host.dispatches?.(blockId)) {
      if (item.confirm && !(await confirmed(item.confirm))) {
        host.set(blockId, item.action_id, before);
        host.redraw?.();
        return;
      }
      await host.press(blockId, item, value, node);
    }
  };
  return make(item, { blockId, host, current, changed, as, label: label || placeholderOf(item), describedBy });
}

/** Slack's confirmation dialog; resolves to whether they agreed. */
export function confirmed(dialog) {
  return new Promise((resolve) => {
    const yes = el("button", { type: "submit", value: "yes", text: dialog.confirm.text });
    yes.className = `button ${dialog.style === "danger" ? "button-danger" : "button-primary"}`;
    const no = el("button", { type: "submit", value: "", class: "button", text: dialog.deny.text });
    const form = el(
      "form",
      { method: "dialog", class: "confirm" },
      el("h2", { class: "dialog-title", dir: "auto" }, ...plain(dialog.title.text)),
      el("div", { class: "confirm-text" }, ...textNodes(dialog.text)),
      el("div", { class: "dialog-foot" }, no, yes),
    );
    const shown = showDialog({ label: dialog.title.text, className: "dialog-small", body: form, onClose: (value) => resolve(value === "yes") });
    shown.querySelector("button[value=yes]").focus();
  });
}

/** The nodes of a text object. */
export function textNodes(text) {
  if (!text) return [];
  if (text.type === "mrkdwn") return mrkdwn(text.text, context());
  return text.text.split("\n").flatMap((row, at) => (at ? [el("br"), ...plain(row, text)] : plain(row, text)));
}

const labelOf = (text) => (text.type === "mrkdwn" ? flat(text.text, context()) : plainLabel(text.text));
const plainLabel = (text) => el("span", {}, ...plain(text)).textContent;
const placeholderOf = (item) => (item.placeholder ? plainLabel(item.placeholder.text) : DEFAULT_LABELS[item.type] ?? "Choose");
const DEFAULT_LABELS = {
  datepicker: "Select a date",
  timepicker: "Select a time",
  datetimepicker: "Select a date and time",
  users_select: "Select a person",
  multi_users_select: "Select people",
  channels_select: "Select a channel",
  conversations_select: "Select a conversation",
  file_input: "Choose files",
  overflow: "More actions",
};

function initial(item) {
  const type = item.type;
  const optionState = (name, key) => (item[name] === undefined ? undefined : { type, [key]: item[name] });
  if (type.startsWith("multi_")) {
    if (type === "multi_users_select") return optionState("initial_users", "selected_users");
    if (type === "multi_conversations_select") return optionState("initial_conversations", "selected_conversations");
    if (type === "multi_channels_select") return optionState("initial_channels", "selected_channels");
    return optionState("initial_options", "selected_options");
  }
  const found = {
    static_select: ["initial_option", "selected_option"],
    external_select: ["initial_option", "selected_option"],
    radio_buttons: ["initial_option", "selected_option"],
    checkboxes: ["initial_options", "selected_options"],
    users_select: ["initial_user", "selected_user"],
    conversations_select: ["initial_conversation", "selected_conversation"],
    channels_select: ["initial_channel", "selected_channel"],
    datepicker: ["initial_date", "selected_date"],
    timepicker: ["initial_time", "selected_time"],
    datetimepicker: ["initial_date_time", "selected_date_time"],
    plain_text_input: ["initial_value", "value"],
    number_input: ["initial_value", "value"],
    email_text_input: ["initial_value", "value"],
    url_text_input: ["initial_value", "value"],
    rich_text_input: ["initial_value", "rich_text_value"],
  }[type];
  return found && optionState(...found);
}

function button(item, { blockId, host }) {
  const style = item.style ? ` button-${item.style}` : "";
  const node = el(
    item.url ? "a" : "button",
    { class: `button${style}`, "aria-label": item.accessibility_label, dir: "auto", data: { action: item.action_id ?? "" } },
    ...plain(item.text.text, item.text),
  );
  if (item.url) Object.assign(node, { href: safeUrl(item.url), target: "_blank", rel: "noopener noreferrer" });
  else node.type = "button";
  node.addEventListener("click", async (event) => {
    if (node.getAttribute("aria-busy") === "true") return event.preventDefault();
    if (item.confirm) {
      event.preventDefault();
      if (!(await confirmed(item.confirm))) return undefined;
      if (item.url) window.open(safeUrl(item.url), "_blank", "noopener");
    }
    await host.press(blockId, item, { type: "button", value: item.value }, node);
    return undefined;
  });
  return node;
}

const safeUrl = (url) => (/^(https?|mailto):/i.test(url) ? url : "#");

function overflow(item, { blockId, host, label }) {
  const node = el("button", { type: "button", class: "button button-icon", "aria-label": label, "aria-haspopup": "menu" }, icon("more"));
  const run = async (option) => {
    if (item.confirm && !(await confirmed(item.confirm))) return;
    if (option.url) window.open(safeUrl(option.url), "_blank", "noopener");
    await host.press(blockId, item, { type: item.type, selected_option: option }, node);
  };
  node.addEventListener("click", () =>
    openMenu(
      node,
      item.options.map((option) => ({ label: labelOf(option.text), note: option.description && labelOf(option.description), run: () => run(option) })),
      { label },
    ),
  );
  return node;
}

const optionOf = (raw) => ({ value: raw.value, label: labelOf(raw.text), note: raw.description && labelOf(raw.description), raw });
const groupsOf = ({ options, option_groups: groups }) =>
  groups ? groups.map((group) => ({ label: labelOf(group.label), options: group.options.map(optionOf) })) : [{ label: "", options: (options ?? []).map(optionOf) }];

function optionSelect(item, { blockId, host, current, changed, label }) {
  const many = item.type.startsWith("multi_");
  const raw = many ? current?.selected_options ?? [] : current?.selected_option ? [current.selected_option] : [];
  const fetched = async (query) => groupsOf((await host.options?.(blockId, item, query)) ?? {});
  const node = picker({
    many,
    label,
    most: item.max_selected_items,
    placeholder: placeholderOf(item),
    minQuery: item.type.includes("external") ? item.min_query_length ?? 3 : 0,
    groups: item.type.includes("external") ? fetched : (query) => searched(groupsOf(item), query),
    chosen: raw.map(optionOf),
    onChange: (chosen) => {
      const options = chosen.map((option) => option.raw);
      changed(many ? { type: item.type, selected_options: options } : { type: item.type, selected_option: options[0] }, node);
    },
  });
  return node;
}

const person = (user) => ({ value: user.id, label: user.real_name || user.name, note: user.title || `@${user.name}` });
const conversation = (channel) => ({ value: channel.id, label: (channel.kind === "im" ? "" : "#") + channelName(channel) });
const present = () => [...state.users.values()].filter((user) => !user.deleted);
const SOURCES = {
  users: { all: () => present().map(person), one: (id) => person(state.users.get(id) ?? { id, real_name: id, name: id }), many: "users" },
  channels: { all: () => conversations({ include: ["public"] }), one: conversationOf, many: "channels" },
  conversations: { all: (item) => conversations(item.filter ?? {}), one: conversationOf, many: "conversations" },
};

function conversationOf(id) {
  const channel = state.channels.get(id);
  return channel ? conversation(channel) : { value: id, label: id };
}

function conversations({ include, exclude_bot_users: withoutBots }) {
  const wanted = (channel) =>
    !channel.is_archived &&
    (!include || include.includes(channel.kind)) &&
    !(withoutBots && channel.kind === "im" && channel.members.some((id) => state.users.get(id)?.is_bot));
  return [...state.channels.values()].filter(wanted).map(conversation);
}

function idSelect(item, { current, changed, label }) {
  const many = item.type.startsWith("multi_");
  const [kind] = item.type.replace("multi_", "").split("_");
  const source = SOURCES[kind];
  const key = many ? `selected_${source.many}` : `selected_${source.many.slice(0, -1)}`;
  const ids = [current?.[key] ?? []].flat();
  const node = picker({
    many,
    label,
    most: item.max_selected_items,
    placeholder: placeholderOf(item),
    groups: (query) => searched([{ label: "", options: source.all(item) }], query),
    chosen: ids.map(source.one),
    onChange: (chosen) => {
      const picked = chosen.map((option) => option.value);
      changed({ type: item.type, [key]: many ? picked : picked[0] }, node);
    },
  });
  return node;
}

function instantField(item, { current, changed, label, describedBy }) {
  const [type, key] = {
    datepicker: ["date", "selected_date"],
    timepicker: ["time", "selected_time"],
    datetimepicker: ["datetime-local", "selected_date_time"],
  }[item.type];
  const tz = context().tz;
  const shown = current?.[key];
  const node = el("input", { type, class: "field", "aria-label": label, "aria-describedby": describedBy, data: { action: item.action_id ?? "" } });
  if (shown) node.value = type === "datetime-local" ? wallIn(tz, shown * 1000) : shown;
  node.addEventListener("change", () => {
    const entered = type === "datetime-local" && node.value ? Math.floor(instantAt(tz, node.value) / 1000) : node.value;
    changed({ type: item.type, [key]: entered || null }, node);
  });
  return node;
}

function marks(item, { current, changed, label }) {
  const many = item.type === "checkboxes";
  const name = newId("marks");
  const raw = many ? current?.selected_options ?? [] : current?.selected_option ? [current.selected_option] : [];
  const chosen = new Set(raw.map((option) => option.value));
  const node = el("div", { class: "marks", role: many ? "group" : "radiogroup", "aria-label": label });
  for (const option of item.options) {
    const input = el("input", { type: many ? "checkbox" : "radio", name, value: option.value, checked: chosen.has(option.value) });
    input.addEventListener("change", () => {
      const values = [...node.querySelectorAll("input:checked")].map((box) => item.options.find((o) => o.value === box.value));
      changed(many ? { type: item.type, selected_options: values } : { type: item.type, selected_option: values[0] }, node);
    });
    node.append(
      el(
        "label",
        { class: "mark" },
        input,
        el("span", {}, el("span", { dir: "auto" }, ...textNodes(option.text)), option.description && el("span", { class: "mark-note", dir: "auto" }, ...textNodes(option.description))),
      ),
    );
  }
  return node;
}

const FIELD_TYPES = { number_input: ["text", "decimal"], email_text_input: ["email", "email"], url_text_input: ["url", "url"] };

function typedField(item, { blockId, host, current, changed, label, describedBy, as }) {
  const rich = item.type === "rich_text_input";
  const many = item.multiline || rich;
  const [type, mode] = FIELD_TYPES[item.type] ?? ["text", "text"];
  const node = el(many ? "textarea" : "input", {
    class: "field",
    dir: "auto",
    rows: many && 5,
    type: !many && type,
    inputmode: !many && mode,
    placeholder: item.placeholder && plainLabel(item.placeholder.text),
    "aria-label": label,
    "aria-describedby": describedBy,
    autocomplete: "off",
    data: { action: item.action_id ?? "" },
  });
  const valueOf = () => (rich ? { type: item.type, rich_text_value: node.value ? richOf(node.value) : null } : { type: item.type, value: node.value || null });
  node.value = (rich ? plainOf(current?.rich_text_value) : current?.value) ?? "";
  const on = item.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  node.addEventListener("input", () => {
    host.set(blockId, item.action_id, valueOf());
    if (on.includes("on_character_entered") && (host.dispatches?.(blockId) || as === "action")) changed(valueOf(), node);
  });
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || many || event.isComposing) return;
    if (host.dispatches?.(blockId) && on.includes("on_enter_pressed")) {
      event.preventDefault();
      changed(valueOf(), node);
    }
  });
  return node;
}

const richOf = (text) => ({ type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }] });
const plainOf = (rich) => (rich?.elements ?? []).map((part) => (part.elements ?? []).map((piece) => piece.text ?? piece.url ?? "").join("")).join("\n");

function fileField(item, { blockId, host, current, label, describedBy }) {
  const files = [...(current?.files ?? [])];
  const most = item.max_files ?? 10;
  const list = el("ul", { class: "file-list" });
  const input = el("input", {
    type: "file",
    class: "file-field",
    multiple: most > 1,
    accept: item.filetypes?.map((kind) => `.${kind}`).join(","),
    "aria-label": label,
    "aria-describedby": describedBy,
    data: { action: item.action_id ?? "" },
  });
  const report = () => host.set(blockId, item.action_id, { type: item.type, files: [...files] });
  const draw = () => {
    list.replaceChildren(
      ...files.map((file) => {
        const drop = el("button", { type: "button", class: "button-plain", "aria-label": `Remove ${file.name}` }, icon("close"));
        drop.addEventListener("click", () => {
          files.splice(files.indexOf(file), 1);
          report();
          draw();
        });
        return el("li", { class: "file-chip" }, icon("file"), el("span", { text: file.name, dir: "auto" }), drop);
      }),
    );
  };
  input.addEventListener("change", async () => {
    input.setAttribute("aria-busy", "true");
    for (const file of [...input.files].slice(0, Math.max(0, most - files.length))) {
      const answer = await upload(file);
      if (answer.ok) files.push({ upload: answer.upload, name: answer.name });
    }
    input.value = "";
    input.removeAttribute("aria-busy");
    report();
    draw();
  });
  draw();
  return el("div", { class: "files-entry" }, list, el("label", { class: "button file-button" }, icon("clip"), el("span", { text: most > 1 ? "Add files" : "Add a file" }), input));
}

const MAKERS = {
  button,
  overflow,
  static_select: optionSelect,
  multi_static_select: optionSelect,
  external_select: optionSelect,
  multi_external_select: optionSelect,
  users_select: idSelect,
  multi_users_select: idSelect,
  channels_select: idSelect,
  multi_channels_select: idSelect,
  conversations_select: idSelect,
  multi_conversations_select: idSelect,
  datepicker: instantField,
  timepicker: instantField,
  datetimepicker: instantField,
  checkboxes: marks,
  radio_buttons: marks,
  plain_text_input: typedField,
  number_input: typedField,
  email_text_input: typedField,
  url_text_input: typedField,
  rich_text_input: typedField,
  file_input: fileField,
};
