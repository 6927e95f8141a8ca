// The workspace's clock in the header, in the reader's zone, and what moves it.

import { el, fill, icon, placeBeside } from "./dom.js";
import { act } from "./acting.js";
import { isTicking, me, nowMs, on } from "./store.js";
import { instantAt, shortDayIn, timeIn, wallIn } from "./time.js";

const HOUR_S = 3600;
const STEPS = [
  ["+1 hour", HOUR_S],
  ["+1 day", 24 * HOUR_S],
  ["+1 week", 7 * 24 * HOUR_S],
];

/** The clock's button; it opens the controls. */
export function clock() {
  const face = el("span", { class: "clock-face" });
  const button = el(
    "button",
    {
      type: "button",
      class: "clock",
      "aria-haspopup": "dialog",
      "aria-expanded": "false",
      title: "Move the workspace's clock",
    },
    icon("clock"),
    face,
  );
  const draw = () => {
    const tz = me().tz;
    const ms = nowMs();
    const [day, time] = [shortDayIn(tz, ms), timeIn(tz, ms)];
    const shown = `${day} ${time} ${tz}`;
    if (face.dataset.shown === shown) return;
    face.dataset.shown = shown;
    fill(
      face,
      el("span", { class: "clock-day", text: day }),
      el("span", { class: "clock-time", text: time }),
      el("span", { class: "clock-zone", text: tz.split("/").pop().replaceAll("_", " ") }),
    );
    button.setAttribute("aria-label", `Workspace clock: ${day}, ${time}, ${tz}. Move it`);
  };
  for (const event of ["snapshot", "clock", "people"]) on(event, draw);
  setInterval(draw, 1000);
  button.addEventListener("click", () => openControls(button));
  return button;
}

function openControls(button) {
  const tz = me().tz;
  const wall = el("input", {
    type: "datetime-local",
    class: "field",
    "aria-label": `Date and time in ${tz}`,
  });
  wall.value = wallIn(tz, nowMs());
  const status = el("div", { class: "clock-status", role: "status" });
  const move = async (body, pressed) => {
    pressed.setAttribute("aria-busy", "true");
    status.textContent = "Moving…";
    const answer = await act("clock", body);
    pressed.removeAttribute("aria-busy");
    status.textContent = answer.ok
      ? `It is now ${shortDayIn(tz, nowMs())}, ${timeIn(tz, nowMs())}.`
      : "The clock did not move.";
    wall.value = wallIn(tz, nowMs());
  };
  const steps = STEPS.map(([label, seconds]) => {
    const step = el("button", { type: "button", class: "button button-small", text: label });
    step.addEventListener("click", () => move({ advance_s: seconds }, step));
    return step;
  });
  const set = el("button", { type: "submit", class: "button button-primary button-small", text: "Set" });
  const form = el("form", { class: "clock-set" }, wall, set);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (wall.value) move({ to_ms: instantAt(tz, wall.value) }, set);
  });
  const box = el(
    "div",
    { class: "clock-box", popover: "auto", role: "dialog", "aria-label": "Move the clock" },
    el("p", {
      class: "clock-note",
      text: `This workspace has a clock of its own${isTicking() ? "" : " (it stands still)"}. Times are in your zone, ${tz}.`,
    }),
    el("div", { class: "actions" }, steps),
    form,
    status,
  );
  box.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    box.remove();
    button.setAttribute("aria-expanded", "false");
  });
  document.body.append(box);
  box.showPopover();
  button.setAttribute("aria-expanded", "true");
  placeBeside(box, button);
  steps[0].focus();
}
