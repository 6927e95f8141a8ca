// What Slack itself says: refusals, commands that failed. Shown above the conversation until dismissed or old.

import { el, icon } from "./dom.js";
import { faultLine } from "./panel.js";
import { on } from "./store.js";

const SHOWN_FOR_MS = 12_000;
const MOST = 4;

/** The strip of notices. */
export function notices() {
  const strip = el("div", {
    class: "notices",
    role: "region",
    "aria-label": "Notices",
    "aria-live": "assertive",
    popover: "manual",
  });
  const settle = () => {
    if (!strip.childElementCount) strip.hidePopover?.();
  };
  const show = ({ text, error, messages = [], lines = [] }) => {
    const drop = el("button", { type: "button", class: "tool", "aria-label": "Dismiss" }, icon("close"));
    // Slack's own faults begin with "[ERROR]"; what its client says is a sentence that stands by itself.
    const faults = messages.filter((line) => line.startsWith("["));
    const words = text || messages.find((line) => !line.startsWith("[")) || `Slack refused this: ${error}`;
    // The same again takes the place of the one before.
    const key = [words, ...faults, ...lines].join("\n");
    [...strip.children].find((one) => one.dataset.key === key)?.remove();
    const note = el(
      "div",
      { class: "notice", role: "alert", data: { key } },
      el(
        "div",
        { class: "notice-text" },
        el("span", { text: words, dir: "auto" }),
        [...faults, ...lines].map((line) => el("code", { class: "notice-line", text: line })),
      ),
      drop,
    );
    const remove = () => {
      note.remove();
      settle();
    };
    drop.addEventListener("click", remove);
    setTimeout(remove, SHOWN_FOR_MS);
    strip.append(note);
    while (strip.childElementCount > MOST) strip.firstChild.remove();
    // Into the top layer anew: above a modal that was opened since.
    if (strip.matches(":popover-open")) strip.hidePopover();
    strip.showPopover();
  };
  on("notice", show);
  // What Slack refused an app is said to whoever sits here: they are who builds it.
  on("refused", ({ what, error, faults }) =>
    show({ text: `Slack refused ${what}${error ? `: ${error}` : ""}`, lines: faults.map(faultLine) }),
  );
  return strip;
}
