// One page beside another: what it tells the page around it, and the way there.

import { el, icon } from "./dom.js";
import { state } from "./store.js";

/** Whether this page is one of two beside each other. */
export const isSeat = window.parent !== window;
/** Whether it is the second of them. */
export const isSecond = isSeat && window.name === "seat-2";

/** Tell the page around this one where its reader is. */
export function tellSeat(place) {
  if (isSeat) window.parent.postMessage({ place }, location.origin);
}

/** The button that puts a second person beside this one; null where there is one already. */
export function seatButton() {
  if (isSeat) return null;
  const button = el(
    "button",
    { type: "button", class: "side-button" },
    icon("seats"),
    el("span", { text: "Second seat" }),
  );
  button.addEventListener("click", () => {
    location.href = `/two#${location.hash.slice(1)}|${state.at.tab === "home" ? "" : seatOfOther()}`;
  });
  return button;
}

// Whoever takes the second seat looks at the same channel; in a direct message it is the one written to.
function seatOfOther() {
  const channel = state.channels.get(state.at.channel);
  const other = channel?.members.find((id) => id !== state.me && !state.users.get(id)?.is_bot);
  return other ? `${other}/${channel.id}` : "";
}
