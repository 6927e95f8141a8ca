// Reactions under a message, and the picker to add one.

import { act } from "./acting.js";
import { el, fill, placeBeside } from "./dom.js";
import { EMOJI, emojiOf, QUICK_REACTIONS } from "./emoji.js";
import { nameOf, state } from "./store.js";

const MOST = 96;

/** The reactions of a message, each to be pressed; null where there are none. */
export function reactions(channel, message) {
  if (!message.reactions?.length) return null;
  return el(
    "div",
    { class: "reactions" },
    message.reactions.map((reaction) => {
      const mine = reaction.users.includes(state.me);
      const who = reaction.users.map(nameOf).join(", ");
      const toggle = () => act(mine ? "unreact" : "react", { channel, ts: message.ts, name: reaction.name });
      return el(
        "button",
        {
          type: "button",
          class: `reaction${mine ? " mine" : ""}`,
          title: `${who} reacted with :${reaction.name}:`,
          "aria-label": `:${reaction.name}: ${reaction.count}`,
          "aria-pressed": String(mine),
          on: { click: toggle },
        },
        el("span", { class: "emoji", text: emojiOf(reaction.name) ?? `:${reaction.name}:` }),
        el("span", { text: String(reaction.count) }),
      );
    }),
  );
}

/** Choose an emoji at `anchor`; `run(name)` gets it. Typing narrows, arrow keys move, Enter takes, Escape closes. */
export function openEmoji(anchor, run) {
  const search = el("input", {
    type: "search",
    class: "field",
    placeholder: "Search emoji",
    "aria-label": "Search emoji",
  });
  const grid = el("div", { class: "emoji-grid", role: "menu", "aria-label": "Emoji" });
  const box = el(
    "div",
    { class: "picker-box emoji-box", popover: "auto", role: "dialog", "aria-label": "Add a reaction" },
    search,
    grid,
  );
  const draw = () => {
    const sought = search.value.trim().toLowerCase().replaceAll(":", "");
    const others = [...EMOJI.keys()].filter((name) => !QUICK_REACTIONS.includes(name));
    const names = [...QUICK_REACTIONS, ...others].filter((name) => name.includes(sought)).slice(0, MOST);
    fill(
      grid,
      names.map((name) => {
        const choice = el("button", {
          type: "button",
          class: "emoji-choice",
          role: "menuitem",
          tabindex: "-1",
          title: `:${name}:`,
          "aria-label": `:${name}:`,
          text: emojiOf(name),
        });
        choice.addEventListener("click", () => {
          box.hidePopover();
          run(name);
        });
        return choice;
      }),
    );
    if (!names.length) fill(grid, el("div", { class: "picker-empty", role: "presentation", text: "No emoji of that name." }));
  };
  search.addEventListener("input", draw);
  box.addEventListener("keydown", (event) => {
    const all = [...grid.querySelectorAll("button")];
    const at = all.indexOf(document.activeElement);
    const across = Math.max(1, all.findIndex((one) => one.offsetTop > all[0].offsetTop));
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across }[event.key];
    if (event.key === "Enter" && at < 0) {
      event.preventDefault();
      all[0]?.click();
    } else if (step && (at >= 0 || event.key === "ArrowDown")) {
      event.preventDefault();
      if (at >= 0 && at + step < 0) search.focus();
      else (at < 0 ? all[0] : (all[at + step] ?? all.at(-1)))?.focus();
    }
  });
  box.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    box.remove();
    anchor.setAttribute("aria-expanded", "false");
    if (document.activeElement === document.body) anchor.focus();
  });
  draw();
  document.body.append(box);
  box.showPopover();
  anchor.setAttribute("aria-expanded", "true");
  placeBeside(box, anchor);
  search.focus();
}
