// What is typed, ticked, dated and uploaded.

import { el, icon, newId } from "./dom.js";
import { plainLabel, textNodes } from "./labels.js";
import { upload } from "./acting.js";
import { context } from "./store.js";
import { instantAt, wallIn } from "./time.js";

/** Date, time, and both (an instant, in the reader's zone). */
export function instantField(item, { current, changed, label, describedBy }) {
  const [type, key] = {
    datepicker: ["date", "selected_date"],
    timepicker: ["time", "selected_time"],
    datetimepicker: ["datetime-local", "selected_date_time"],
  }[item.type];
  const tz = context().tz;
  const shown = current?.[key];
  const node = el("input", {
    type,
    class: "field",
    "aria-label": label,
    "aria-describedby": describedBy,
    data: { action: item.action_id ?? "" },
  });
  if (shown) node.value = type === "datetime-local" ? wallIn(tz, shown * 1000) : shown;
  node.addEventListener("change", () => {
    const entered =
      type === "datetime-local" && node.value ? Math.floor(instantAt(tz, node.value) / 1000) : node.value;
    changed({ type: item.type, [key]: entered || null }, node);
  });
  return node;
}

/** Checkboxes and radio buttons. */
export function marks(item, { current, changed, label }) {
  const many = item.type === "checkboxes";
  const name = newId("marks");
  const raw = many
    ? (current?.selected_options ?? [])
    : current?.selected_option
      ? [current.selected_option]
      : [];
  const chosen = new Set(raw.map((option) => option.value));
  const node = el("div", { class: "marks", role: many ? "group" : "radiogroup", "aria-label": label });
  for (const option of item.options) {
    const input = el("input", {
      type: many ? "checkbox" : "radio",
      name,
      value: option.value,
      checked: chosen.has(option.value),
    });
    input.addEventListener("change", () => {
      const values = [...node.querySelectorAll("input:checked")].map((box) =>
        item.options.find((o) => o.value === box.value),
      );
      changed(
        many
          ? { type: item.type, selected_options: values }
          : { type: item.type, selected_option: values[0] },
        node,
      );
    });
    node.append(
      el(
        "label",
        { class: "mark" },
        input,
        el(
          "span",
          {},
          el("span", { dir: "auto" }, ...textNodes(option.text)),
          option.description &&
            el("span", { class: "mark-note", dir: "auto" }, ...textNodes(option.description)),
        ),
      ),
    );
  }
  return node;
}

const FIELD_TYPES = {
  number_input: ["text", "decimal"],
  email_text_input: ["email", "email"],
  url_text_input: ["url", "url"],
};

/** Text, number, e-mail and address; rich text as plain paragraphs. */
export function typedField(item, { blockId, host, current, changed, label, describedBy, as }) {
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
  const valueOf = () =>
    rich
      ? { type: item.type, rich_text_value: node.value ? richOf(node.value) : null }
      : { type: item.type, value: node.value || null };
  node.value = (rich ? plainOf(current?.rich_text_value) : current?.value) ?? "";
  const on = item.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  node.addEventListener("input", () => {
    host.set(blockId, item.action_id, valueOf());
    if (on.includes("on_character_entered") && (host.dispatches?.(blockId) || as === "action"))
      changed(valueOf(), node);
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

const richOf = (text) => ({
  type: "rich_text",
  elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }],
});
const plainOf = (rich) =>
  (rich?.elements ?? [])
    .map((part) => (part.elements ?? []).map((piece) => piece.text ?? piece.url ?? "").join(""))
    .join("\n");

/** Files: uploaded at once, named in the entry by their upload. */
export function fileField(item, { blockId, host, current, label, describedBy }) {
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
        const drop = el(
          "button",
          { type: "button", class: "button-plain", "aria-label": `Remove ${file.name}` },
          icon("close"),
        );
        drop.addEventListener("click", () => {
          files.splice(files.indexOf(file), 1);
          report();
          draw();
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
  return el(
    "div",
    { class: "files-entry" },
    list,
    el(
      "label",
      { class: "button file-button" },
      icon("clip"),
      el("span", { text: most > 1 ? "Add files" : "Add a file" }),
      input,
    ),
  );
}
