// The modal in front: the stack itself lives in the workspace, so that every open page of a person shows the same.

import { blocksNode } from "./blocks.js";
import { avatar, el, fill, icon } from "./dom.js";
import { plain } from "./mrkdwn.js";
import { host } from "./host.js";
import { act } from "./acting.js";
import { emit, modal, on, state } from "./store.js";

let dialog = null;
let shownId = "";
let shownTitle = "";
let errors = {};
let waiting = false;
let isNewLife = false;

/** Show, change and take away the dialog as the workspace's stack changes. */
export function start() {
  on("snapshot", () => {
    isNewLife = true;
  });
  on("modals", () => {
    draw();
    isNewLife = false;
  });
}

function draw() {
  const view = modal();
  if (!view) {
    // Not closed by the app or the reader: the workspace that knew it is gone.
    if (shownId && isNewLife)
      emit("notice", { text: `“${dialog?.getAttribute("aria-label")}” is not open any more: the workspace began again.` });
    shownId = "";
    errors = {};
    waiting = false;
    dialog?.close();
    dialog = null;
    return;
  }
  if (view.id !== shownId) errors = {};
  if (!dialog) dialog = newDialog();
  const isNew = view.id !== shownId;
  shownId = view.id;
  waiting = false;
  drawView(view, { isNew });
}

function newDialog() {
  const node = el("dialog", { class: "dialog modal" });
  node.addEventListener("cancel", (event) => {
    // Escape must tell the app (`view_closed`): the dialog goes when the workspace says so.
    event.preventDefault();
    if (event.target === node) close();
  });
  node.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector(":popover-open")) {
      event.preventDefault();
      close();
    }
  });
  document.body.append(node);
  node.addEventListener("close", () => node.remove());
  node.showModal();
  return node;
}

function drawView(view, { isNew }) {
  const focused = !isNew && describeFocus();
  const app = state.apps.get(view.app_id);
  const title = view.title?.text ?? "";
  // A form that became something else, the list that it asked for, say, is read from its beginning.
  const isOther = isNew || title !== shownTitle;
  const scrolled = isOther ? 0 : (dialog.querySelector(".modal-body")?.scrollTop ?? 0);
  shownTitle = title;
  const surface = modalHost(view);
  const submit =
    view.submit &&
    el("button", { type: "submit", class: "button button-primary", dir: "auto" }, ...plain(view.submit.text));
  const cancel = el(
    "button",
    { type: "button", class: "button", dir: "auto", on: { click: close } },
    ...plain(view.close?.text ?? (view.submit ? "Cancel" : "Close")),
  );
  const form = el(
    "form",
    { class: "modal-form", novalidate: true },
    el(
      "header",
      { class: "modal-head" },
      app && avatar(app.bot_user, app.name, { square: true, size: "small" }),
      el("h2", { class: "dialog-title", dir: "auto" }, ...plain(title)),
      el(
        "button",
        { type: "button", class: "tool", "aria-label": "Close", on: { click: close } },
        icon("close"),
      ),
    ),
    el(
      "div",
      { class: "modal-body", tabindex: "-1" },
      errors[""] && el("div", { class: "modal-trouble", role: "alert", text: errors[""] }),
      blocksNode(view.blocks, surface, errors),
    ),
    el(
      "footer",
      { class: "modal-foot" },
      app && el("span", { class: "modal-app", text: app.name }),
      cancel,
      submit,
    ),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submitView(view, surface, submit);
  });
  dialog.setAttribute("aria-label", el("span", {}, ...plain(title)).textContent);
  fill(dialog, form);
  dialog.querySelector(".modal-body").scrollTop = scrolled;
  if (focused) restoreFocus(focused);
  else (firstField() ?? submit ?? cancel).focus({ preventScroll: true });
}

function modalHost(view) {
  const surface = host({ kind: "modal", view: view.id }, `modal ${view.id}`);
  const dispatching = new Set(
    view.blocks.filter((block) => block.dispatch_action).map((block) => block.block_id),
  );
  return {
    ...surface,
    dispatches: (blockId) => dispatching.has(blockId),
    redraw: () => drawView(view, { isNew: false }),
  };
}

async function submitView(view, surface, button) {
  if (waiting) return;
  waiting = true;
  dialog.setAttribute("aria-busy", "true");
  button.setAttribute("aria-busy", "true");
  const answer = await act("submit", { view: view.id, values: valuesOf(view, surface) });
  waiting = false;
  dialog?.removeAttribute("aria-busy");
  button.removeAttribute("aria-busy");
  if (!dialog || modal()?.id !== view.id) return;
  errors = answer.errors ?? {};
  drawView(modal(), { isNew: false });
  if (Object.keys(errors).length) {
    const field = dialog.querySelector(".has-error input, .has-error textarea, .has-error button");
    field?.focus();
    field?.scrollIntoView({ block: "center" });
  }
}

/** What stands in the inputs of this view, by block id: blocks that an update took away no longer count. */
function valuesOf(view, surface) {
  const values = {};
  for (const block of view.blocks) {
    const items = block.type === "input" ? [block.element] : [block.accessory, ...(block.elements ?? [])];
    for (const item of items) {
      const value = item?.action_id && surface.get(block.block_id, item.action_id);
      if (value) values[block.block_id] = { ...values[block.block_id], [item.action_id]: value };
    }
  }
  return values;
}

function close() {
  if (shownId && !waiting) act("close", { view: shownId });
}

const FIELDS = "input:not([type=file]), textarea, .picker";
const firstField = () => dialog.querySelector(`.modal-body :is(${FIELDS})`);

function describeFocus() {
  const active = document.activeElement;
  if (!dialog.contains(active)) return null;
  const block = active.closest("[data-block]")?.dataset.block;
  const all =
    block !== undefined
      ? [...dialog.querySelectorAll(`[data-block="${CSS.escape(block)}"] :is(input, textarea, button, a)`)]
      : [];
  return block === undefined ? null : { block, index: all.indexOf(active), selection: selectionOf(active) };
}

function selectionOf(field) {
  return ["text", "textarea", "url"].includes(field.type) ? [field.selectionStart, field.selectionEnd] : null;
}

function restoreFocus({ block, index, selection }) {
  const all = [
    ...dialog.querySelectorAll(`[data-block="${CSS.escape(block)}"] :is(input, textarea, button, a)`),
  ];
  const field = all[index] ?? firstField();
  field?.focus({ preventScroll: true });
  if (selection && field?.setSelectionRange && ["text", "textarea", "url"].includes(field.type))
    field.setSelectionRange(...selection);
}
