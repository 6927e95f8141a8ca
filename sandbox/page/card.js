// The card of a person or an app: who they are, what time it is for them, and a way to write to them.

import { act } from "./acting.js";
import { avatar, el, placeBeside } from "./dom.js";
import { goTo, me, nowMs, state } from "./store.js";
import { shortDayIn, timeIn, wallIn } from "./time.js";

/** Whatever carries `data-person` opens that person's card when it is pressed. */
export function start() {
  document.addEventListener("click", (event) => {
    const anchor = event.target.closest?.("[data-person]");
    if (anchor && state.users.has(anchor.dataset.person)) open(anchor, anchor.dataset.person);
  });
}

function open(anchor, id) {
  const user = state.users.get(id);
  const name = user.real_name || user.name;
  const app = [...state.apps.values()].find((one) => one.bot_user === id);
  const write = el("button", { type: "button", class: "button button-primary button-small", text: "Message" });
  const box = el(
    "div",
    { class: "picker-box card", popover: "auto", role: "dialog", "aria-label": name },
    el(
      "div",
      { class: "card-head" },
      avatar(id, name, { square: user.is_bot }),
      el(
        "div",
        { class: "card-who" },
        el("strong", { class: "card-name", text: name, dir: "auto" }),
        el("span", { class: "card-note", text: `@${user.name}`, dir: "auto" }),
      ),
    ),
    user.title && el("p", { class: "card-title", text: user.title, dir: "auto" }),
    user.is_bot ? el("p", { class: "card-note", text: "App" }) : el("p", { class: "card-note", text: timeOf(user) }),
    user.deleted ? el("p", { class: "card-note", text: "This account is deactivated." }) : write,
  );
  write.addEventListener("click", async () => {
    box.hidePopover();
    const answer = app ? { ok: true, channel: app.direct } : await act("direct", { users: [id] });
    if (answer.ok) goTo({ channel: answer.channel, tab: "messages", thread: "" });
  });
  box.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    box.remove();
    if (document.activeElement === document.body) anchor.focus();
  });
  (anchor.closest("dialog") || document.body).append(box);
  box.showPopover();
  placeBeside(box, anchor);
  if (!user.deleted) write.focus();
}

/** "14:05 on Wed 7 Jun 2023 in Asia/Kolkata, 3 h 30 min ahead of you" */
function timeOf({ tz }) {
  const now = nowMs();
  const ahead = Math.round((Date.parse(`${wallIn(tz, now)}Z`) - Date.parse(`${wallIn(me().tz, now)}Z`)) / 60_000);
  const [hours, minutes] = [Math.floor(Math.abs(ahead) / 60), Math.abs(ahead) % 60];
  const far = [hours && `${hours} h`, minutes && `${minutes} min`].filter(Boolean).join(" ");
  const beside = ahead ? `, ${far} ${ahead > 0 ? "ahead of" : "behind"} you` : "";
  return `${timeIn(tz, now)} on ${shortDayIn(tz, now)} in ${tz}${beside}`;
}
