// Light or dark: as the system has it until somebody chooses, then as chosen in this browser.

import { el, icon } from "./dom.js";

const STORED = "theme";
const system = matchMedia("(prefers-color-scheme: dark)");

function chosen() {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}

let now = chosen();

const isDark = () => (now ? now === "dark" : system.matches);

function apply() {
  if (now) document.documentElement.dataset.theme = now;
  else delete document.documentElement.dataset.theme;
}

/** Take over what was chosen, here or in another window of this browser. */
export function start() {
  apply();
  window.addEventListener("storage", (event) => {
    if (event.key !== STORED) return;
    now = event.newValue;
    apply();
  });
}

/** The switch. */
export function themeSwitch() {
  const label = el("span", {});
  const button = el("button", { type: "button", class: "side-button" }, icon("moon"), label);
  const draw = () => {
    label.textContent = isDark() ? "Light colours" : "Dark colours";
  };
  button.addEventListener("click", () => {
    now = isDark() ? "light" : "dark";
    try {
      localStorage.setItem(STORED, now);
    } catch {
      // It holds until the page is closed, then.
    }
    apply();
    draw();
  });
  system.addEventListener("change", draw);
  window.addEventListener("storage", draw);
  draw();
  return button;
}
