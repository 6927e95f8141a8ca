// Building nodes. People's text only ever becomes text nodes and attributes: nothing here parses markup.

/**
 * An element. `props`: `class`, `text`, `on` (event → listener), `data` (dataset), `style` (css property → value);
 * a boolean sets or leaves out the attribute; everything else is an attribute. Falsy children are left out.
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "text") node.textContent = value;
    else if (name === "on")
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name === "style")
      for (const [property, css] of Object.entries(value)) node.style.setProperty(property, css);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat().filter((child) => child || child === 0));
  return node;
}

/** Put `children` in the place of all that is in `node`. */
export function fill(node, ...children) {
  node.replaceChildren(...children.flat().filter((child) => child || child === 0));
  return node;
}

/** `draw`, once before the next picture however often it is asked for; a page out of sight draws too. */
export function soon(draw) {
  let isDue = false;
  const run = () => {
    isDue = false;
    draw();
  };
  return () => {
    if (isDue) return;
    isDue = true;
    if (document.hidden) setTimeout(run, 100);
    else requestAnimationFrame(run);
  };
}

let lastId = 0;

/** An id that no other element of this page has. */
export function newId(prefix) {
  lastId += 1;
  return `${prefix}-${lastId}`;
}

const PATHS = {
  send: "M3 11.5 20 4l-6 17-3.2-7.3L3 11.5z",
  close: "M6 6l12 12M18 6 6 18",
  bolt: "M13 3 5 13.5h6L10 21l8-10.5h-6L13 3z",
  more: "M12 5.5v.01M12 12v.01M12 18.5v.01",
  menu: "M4 7h16M4 12h16M4 17h16",
  clip: "M8 12.5l6-6a3 3 0 0 1 4.3 4.2l-8 8a5 5 0 0 1-7.1-7.1l7.5-7.5",
  hash: "M9.5 4 7.5 20M16.5 4l-2 16M4 9h16.5M3.5 15H20",
  lock: "M6.5 11h11v9h-11zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  thread: "M4 5h16v11H11l-4 4v-4H4z",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  clock: "M12 3.5a8.5 8.5 0 1 0 .01 0M12 7.5V12l3 2",
  down: "M6 9.5l6 6 6-6",
  smile: "M12 3.5a8.5 8.5 0 1 0 .01 0M8.5 14a4.2 4.2 0 0 0 7 0M9 9.6v.01M15 9.6v.01",
  back: "M15 5l-7 7 7 7",
  play: "M8 5l11 7-11 7z",
  code: "M8.5 7 3.5 12l5 5M15.5 7l5 5-5 5M13.5 5l-3 14",
  search: "M10.5 4a6.5 6.5 0 1 0 .01 0M15.5 15.5 20.5 20.5",
  moon: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z",
  seats: "M4 5h7v14H4zM13 5h7v14h-7z",
  next: "M6 5l8 7-8 7zM18 5v14",
};

/** A line drawing, hidden from screen readers: the button around it carries the name. */
export function icon(name) {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  for (const [key, value] of Object.entries({
    viewBox: "0 0 24 24",
    class: `icon icon-${name}`,
    "aria-hidden": "true",
  })) {
    svg.setAttribute(key, value);
  }
  const path = document.createElementNS(ns, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** A round picture with the initials of `name`, in a colour that depends on `id` alone. */
export function avatar(id, name, { square = false, size = "" } = {}) {
  let hash = 2166136261;
  for (const letter of id) hash = Math.imul(hash ^ letter.codePointAt(0), 16777619) >>> 0;
  const words = name
    .replace(/[^\p{L}\p{N} ]/gu, " ")
    .trim()
    .split(/\s+/);
  const first = [...(words[0] || "?")][0];
  const last = words.length > 1 ? [...words[words.length - 1]][0] : "";
  const classes = ["avatar", square && "avatar-app", size && `avatar-${size}`].filter(Boolean).join(" ");
  const picture = el("span", { class: classes, text: (first + last).toUpperCase(), "aria-hidden": "true" });
  picture.style.setProperty("--hue", String((hash >>> 8) % 360));
  return picture;
}

/** A modal `<dialog>` shown over everything; Escape and its buttons close it. Returns the dialog. */
export function showDialog({ label, className = "", body, onClose = () => {} }) {
  const dialog = el("dialog", { class: `dialog ${className}`, "aria-label": label }, body);
  dialog.addEventListener("close", () => {
    dialog.remove();
    onClose(dialog.returnValue);
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Place a floating `box` (in the top layer) beside `anchor`, inside the window. */
export function placeBeside(box, anchor) {
  const around = anchor.getBoundingClientRect();
  const gap = 4;
  box.style.minWidth = `${Math.min(around.width, window.innerWidth - 16)}px`;
  const { width, height } = box.getBoundingClientRect();
  const below = window.innerHeight - around.bottom - gap;
  const top = below >= height || below >= around.top ? around.bottom + gap : around.top - height - gap;
  box.style.left = `${Math.max(8, Math.min(around.left, window.innerWidth - width - 8))}px`;
  box.style.top = `${Math.max(8, Math.min(top, window.innerHeight - height - 8))}px`;
}

/**
 * A menu of actions at `anchor`. items: `[{label, note, danger, run}]`; a string is a heading.
 * Arrow keys move, Enter runs, Escape closes and gives the focus back.
 */
export function openMenu(anchor, items, { label = "Menu" } = {}) {
  const buttons = [];
  const rows = items.map((item) => {
    if (typeof item === "string")
      return el("div", { class: "menu-heading", text: item, role: "presentation" });
    const button = el(
      "button",
      { type: "button", class: `menu-item${item.danger ? " danger" : ""}`, role: "menuitem", tabindex: "-1" },
      el("span", { class: "menu-label", text: item.label, dir: "auto" }),
      item.note && el("span", { class: "menu-note", text: item.note, dir: "auto" }),
    );
    button.addEventListener("click", () => {
      close();
      item.run();
    });
    buttons.push(button);
    return button;
  });
  const menu = el("div", { class: "menu", popover: "auto", role: "menu", "aria-label": label }, rows);
  const close = () => menu.isConnected && menu.hidePopover();
  menu.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    menu.remove();
    anchor.setAttribute("aria-expanded", "false");
    if (document.activeElement === document.body) anchor.focus();
  });
  menu.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      buttons[(at + step + buttons.length) % buttons.length].focus();
    } else if (event.key === "Tab") {
      event.preventDefault();
      close();
      anchor.focus();
    }
  });
  (anchor.closest("dialog") || document.body).append(menu);
  menu.showPopover();
  anchor.setAttribute("aria-expanded", "true");
  placeBeside(menu, anchor);
  buttons[0]?.focus();
}
