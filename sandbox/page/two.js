// Two people beside each other: two whole pages, whose places stand in this one's address.

import { el, fill } from "./dom.js";
import * as theme from "./theme.js";

theme.start();

const SEATS = ["First seat", "Second seat"];
const places = decodeURIComponent(location.hash.slice(1)).split("|");

const frames = SEATS.map((title, at) =>
  el("iframe", { title, name: `seat-${at + 1}`, src: `/#${places[at] ?? ""}`, allow: "clipboard-write" }),
);

const one = el("button", { type: "button", class: "button button-small", text: "Back to one seat" });
one.addEventListener("click", () => {
  location.href = `/#${places[0] ?? ""}`;
});

window.addEventListener("message", ({ origin, source, data }) => {
  const at = frames.findIndex((frame) => frame.contentWindow === source);
  if (origin !== location.origin || at < 0 || typeof data?.place !== "string") return;
  places[at] = data.place;
  history.replaceState(null, "", `#${SEATS.map((_, seat) => places[seat] ?? "").join("|")}`);
});

fill(
  document.getElementById("app"),
  el(
    "main",
    { class: "two" },
    el("header", { class: "two-head" }, el("h1", { text: "Two seats" }), one),
    el("div", { class: "two-seats" }, frames),
  ),
);
