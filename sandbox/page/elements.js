// Interactive elements. Each draws itself and reports its state in Slack's own shape, as `view.state.values` has it.

import { el, icon, openMenu, showDialog } from "./dom.js";
import { fileField, instantField, marks, typedField } from "./fields.js";
import { labelOf, placeholderOf, textNodes } from "./labels.js";
import { plain } from "./mrkdwn.js";
import { idSelect, optionSelect } from "./selects.js";

/**
 * An element's node. `host` is where it stands: `{get(blockId, actionId), set(blockId, actionId, value),
 * press(blockId, element, value, node), options(blockId, element, query)}`.
 * `as`: "input" in an input block (reports at submission), "action" elsewhere (reports at once).
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
  return make(item, {
    blockId,
    host,
    current,
    changed,
    as,
    label: label || placeholderOf(item),
    describedBy,
  });
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
    const shown = showDialog({
      label: dialog.title.text,
      className: "dialog-small",
      body: form,
      onClose: (value) => resolve(value === "yes"),
    });
    shown.querySelector("button[value=yes]").focus();
  });
}

function initial(item) {
  const type = item.type;
  const optionState = (name, key) => (item[name] === undefined ? undefined : { type, [key]: item[name] });
  if (type.startsWith("multi_")) {
    if (type === "multi_users_select") return optionState("initial_users", "selected_users");
    if (type === "multi_conversations_select")
      return optionState("initial_conversations", "selected_conversations");
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
    {
      class: `button${style}`,
      "aria-label": item.accessibility_label,
      dir: "auto",
      data: { action: item.action_id ?? "" },
    },
    ...plain(item.text.text, item.text),
  );
  if (item.url)
    Object.assign(node, { href: safeUrl(item.url), target: "_blank", rel: "noopener noreferrer" });
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
  const node = el(
    "button",
    { type: "button", class: "button button-icon", "aria-label": label, "aria-haspopup": "menu" },
    icon("more"),
  );
  const run = async (option) => {
    if (item.confirm && !(await confirmed(item.confirm))) return;
    if (option.url) window.open(safeUrl(option.url), "_blank", "noopener");
    await host.press(blockId, item, { type: item.type, selected_option: option }, node);
  };
  node.addEventListener("click", () =>
    openMenu(
      node,
      item.options.map((option) => ({
        label: labelOf(option.text),
        note: option.description && labelOf(option.description),
        run: () => run(option),
      })),
      { label },
    ),
  );
  return node;
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
