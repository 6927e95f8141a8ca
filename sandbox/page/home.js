// An app's Home tab.

import { blocksNode } from "./blocks.js";
import { el, fill } from "./dom.js";
import { host } from "./host.js";
import { act } from "./acting.js";
import { appOfChannel, on, state } from "./store.js";

/** The Home's node and `show()`, to be called when the tab is opened: the app hears of it (`app_home_opened`). */
export function home() {
  const node = el("div", { class: "home", tabindex: "0", role: "tabpanel", "aria-label": "Home" });
  let shownFor = "";
  let face = "";

  const draw = () => {
    const app = appOfChannel(state.at.channel);
    if (!app || state.at.tab !== "home") return;
    const view = state.homes.get(app.id);
    const newFace = JSON.stringify([app.id, view]);
    if (newFace === face) return;
    face = newFace;
    if (!view) {
      fill(node, el("div", { class: "empty", text: `${app.name} has nothing here yet.` }));
      return;
    }
    const surface = host({ kind: "home", app: app.id }, `home ${view.id}`);
    fill(node, el("div", { class: "home-inner" }, blocksNode(view.blocks, surface)));
  };
  on("home", draw);
  on("people", () => {
    face = "";
    draw();
  });
  on("clock", () => {
    // Dates that read "Today" may have become yesterday's.
    face = "";
    draw();
  });

  const show = () => {
    const app = appOfChannel(state.at.channel);
    if (!app || state.at.tab !== "home") {
      shownFor = "";
      return;
    }
    draw();
    const key = `${state.me} ${app.id}`;
    if (shownFor === key) return;
    shownFor = key;
    act("home", { app: app.id }, { quiet: true });
  };
  return { node, show, forget: () => (shownFor = "") };
}
