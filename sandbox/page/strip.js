// The calendar strip: the days that the program behind the workspace knows, and the ways to move through them.

import { el, fill, icon, placeBeside, soon } from "./dom.js";
import { act } from "./acting.js";
import { me, nowMs, on, state } from "./store.js";
import { dateIn, dayIn, instantAt, shortDayIn, timeIn, wallIn } from "./time.js";

const DAY_MS = 864e5;
const PLAYED_DAY_MS = 1000;
// Behind by more than this, playing does not hurry to make up for it.
const MOST_BEHIND_MS = 10_000;
const KINDS = { milestone: "◆", deadline: "⚑", planned: "○", happened: "•" };
const MORNING = "09:00";

/** The strip; hidden where the workspace has no calendar. */
export function strip() {
  const node = el("section", { class: "strip", "aria-label": "Calendar", hidden: true });
  const banner = el("div", { class: "strip-now" });
  const days = el("div", { class: "strip-days", role: "toolbar", "aria-label": "Days" });
  const status = el("span", { class: "strip-status", role: "status" });
  const switches = el("div", { class: "strip-switches" });
  const date = el("input", { type: "date", class: "field", "aria-label": "Go to a date" });
  let told = null;
  let isMoving = false;

  const load = async () => {
    if (!state.me || !state.online) return;
    told = await fetchStrip();
    node.hidden = !told.zone;
    if (told.zone) draw();
  };

  const move = async (body, pressed, { quietly = false } = {}) => {
    pressed?.setAttribute("aria-busy", "true");
    if (!quietly) say("Moving…");
    isMoving = true;
    const answer = await act("clock", body, { quiet: goesBack(body) });
    isMoving = false;
    pressed?.removeAttribute("aria-busy");
    // Who goes back is cut off: everything begins again, and the page finds it by itself.
    if (!answer.ok) say(goesBack(body) ? "Beginning again…" : "The clock did not move.");
    else if (!quietly) say("");
    await load();
    return answer.ok;
  };
  const say = (text) => {
    // The same words again are no news to a screen reader.
    if (status.textContent !== text) status.textContent = text;
  };
  const goesBack = (body) => body.to_ms !== undefined && body.to_ms < nowMs();
  const toMorning = (day, pressed) => move({ to_ms: instantAt(told.zone, `${day}T${MORNING}`) }, pressed);
  const tomorrow = () => instantAt(told.zone, `${dateIn(told.zone, nowMs() + DAY_MS)}T${MORNING}`);

  // What plays just now; whoever pauses and plays again begins another.
  let playing = null;
  const play = button("play", "Play", async () => {
    const mine = playing ? null : {};
    playing = mine;
    drawPlay();
    // By when the next day may come. A day on which much happens may take longer; the quiet ones after it make up for that.
    let nextAt = performance.now();
    let went = true;
    while (mine && playing === mine && went && nowMs() < told.ends_ms) {
      nextAt = Math.max(nextAt, performance.now() - MOST_BEHIND_MS) + PLAYED_DAY_MS;
      const isBehind = performance.now() > nextAt + PLAYED_DAY_MS;
      say(isBehind ? "Much happens: as fast as this machine can." : "");
      went = await move({ to_ms: Math.min(tomorrow(), told.ends_ms) }, null, { quietly: true });
      await new Promise((resolve) => setTimeout(resolve, nextAt - performance.now()));
    }
    if (playing !== mine) return;
    if (went) say("");
    playing = null;
    drawPlay();
  });
  const drawPlay = () => {
    play.querySelector("span").textContent = playing ? "Pause" : "Play";
    play.setAttribute("aria-pressed", String(Boolean(playing)));
  };
  const nextEvent = button("next", "Next event", () => move({ to: "next" }, nextEvent));
  const nextDay = button("down", "Next day", () => move({ to_ms: tomorrow() }, nextDay));
  const restart = button("back", "From the start", () => move({ to_ms: told.begins_ms }, restart));
  date.addEventListener("change", () => date.value && toMorning(date.value, date));

  const drawBanner = () => {
    const [now, zone, own] = [nowMs(), told.zone, me().tz];
    const there = `${shortDayIn(zone, now)} ${timeIn(zone, now)} ${city(zone)}`;
    const here = own === zone ? "" : `${timeIn(own, now)} ${city(own)}, for you`;
    fill(banner, el("strong", { text: there }), here && el("span", { text: here }));
  };

  const draw = () => {
    const [now, zone] = [nowMs(), told.zone];
    drawBanner();
    nextEvent.title = told.next_ms ? `${shortDayIn(zone, told.next_ms)} ${timeIn(zone, told.next_ms)}` : "";
    nextEvent.disabled = !told.next_ms;
    date.min = dateIn(zone, told.begins_ms);
    date.max = dateIn(zone, told.ends_ms);
    date.value = dateIn(zone, now);
    drawDays();
    fill(
      switches,
      told.switches.map((one) => {
        const box = el("input", { type: "checkbox" });
        box.checked = one.is_on;
        box.addEventListener("change", () => act("turn", { name: one.name, on: box.checked }));
        return el("label", { class: "strip-switch" }, box, el("span", { text: one.label }));
      }),
    );
  };

  let cells = new Map();
  const drawDays = () => {
    const { zone } = told;
    const today = dateIn(zone, nowMs());
    const focused = days.contains(document.activeElement) ? document.activeElement.dataset.day : null;
    const byDay = Map.groupBy(told.entries, (entry) => dateIn(zone, entry.at_ms));
    const wanted = allDays(told).map((day) => {
      const entries = byDay.get(day) ?? [];
      const key = JSON.stringify([zone, entries, Math.sign(day.localeCompare(today))]);
      // Of sixteen weeks nearly all days are as they were: their cells stay.
      const old = cells.get(day);
      return [day, old?.key === key ? old : { key, node: dayCell(day, entries, { today, zone, onGo: toMorning }) }];
    });
    cells = new Map(wanted);
    fill(days, [...cells.values()].map(({ node }) => node));
    for (const { node } of cells.values()) node.tabIndex = -1;
    const current = days.querySelector(`[data-day="${focused ?? today}"]`) ?? days.firstElementChild;
    if (current) current.tabIndex = 0;
    if (focused) current?.focus();
    const now = days.querySelector('[aria-current="date"]');
    if (now && !focused) days.scrollLeft = now.offsetLeft - days.clientWidth / 2;
  };
  days.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 7, ArrowUp: -7 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...days.children];
    const at = all.indexOf(document.activeElement);
    const next = all[Math.max(0, Math.min(all.length - 1, at + step))];
    all[at].tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });

  fill(
    node,
    el("div", { class: "strip-controls" }, banner, nextEvent, nextDay, play, restart, date, switches, status),
    days,
  );
  // On the way only the hands are drawn; the days once one has come there.
  const again = soon(() => (isMoving && told?.zone ? drawBanner() : load()));
  for (const event of ["snapshot", "clock", "home"]) on(event, again);
  // Here again, what was said of the way is past.
  on("snapshot", () => say(""));
  // The banner's minutes go on while nothing happens.
  setInterval(() => told?.zone && !document.hidden && draw(), 20_000);
  return node;
}

async function fetchStrip() {
  try {
    const response = await fetch(`/page/strip?user=${encodeURIComponent(state.me)}`);
    return await response.json();
  } catch {
    return {};
  }
}

function button(picture, label, run) {
  const node = el(
    "button",
    { type: "button", class: "button button-small strip-button" },
    icon(picture),
    el("span", { text: label }),
  );
  node.addEventListener("click", () => node.getAttribute("aria-busy") !== "true" && run());
  return node;
}

const city = (zone) => zone.split("/").pop().replaceAll("_", " ");

function allDays({ zone, begins_ms: begins, ends_ms: ends }) {
  const days = [];
  // Noon, so that a day of 23 or 25 hours is still one step.
  for (let at = instantAt(zone, `${dateIn(zone, begins)}T12:00`); at <= ends + DAY_MS / 2; at += DAY_MS)
    days.push(dateIn(zone, at));
  return days;
}

function dayCell(day, entries, { today, zone, onGo }) {
  const at = instantAt(zone, `${day}T12:00`);
  const name = dayIn(zone, at);
  const marks = Object.keys(KINDS).filter((kind) => entries.some((entry) => entry.kind === kind));
  const counted = marks.map((kind) => `${entries.filter((entry) => entry.kind === kind).length} ${kind}`);
  const [, month, date] = day.split("-");
  const cell = el(
    "button",
    {
      type: "button",
      class: `strip-day${day < today ? " past" : ""}${isWeekend(at) ? " weekend" : ""}`,
      tabindex: "-1",
      data: { day },
      title: [name, ...entries.slice(0, 6).map((entry) => entry.title)].join("\n"),
      "aria-label": [name, ...counted].join(", "),
      "aria-current": day === today ? "date" : null,
    },
    el("span", { class: "strip-date", text: date === "01" || !Number(month) ? `${Number(date)}.${Number(month)}` : String(Number(date)) }),
    el("span", { class: "strip-marks", text: marks.map((kind) => KINDS[kind]).join("") }),
  );
  cell.addEventListener("click", () => openDay(cell, { day, name, entries, zone, onGo }));
  return cell;
}

const isWeekend = (at) => [0, 6].includes(new Date(at).getUTCDay());

function openDay(cell, { day, name, entries, zone, onGo }) {
  const go = el("button", { type: "button", class: "button button-primary button-small", text: `Go to ${MORNING} of this day` });
  const box = el(
    "div",
    { class: "strip-box", popover: "auto", role: "dialog", "aria-label": name },
    el("h2", { text: name }),
    entries.length
      ? el(
          "ul",
          {},
          entries.map((entry) =>
            el(
              "li",
              { class: `strip-entry ${entry.kind}` },
              el("span", { class: "strip-time", text: wallIn(zone, entry.at_ms).slice(11) }),
              el("span", { class: "strip-mark", text: KINDS[entry.kind], "aria-hidden": "true" }),
              el("span", { text: entry.title, dir: "auto" }),
            ),
          ),
        )
      : el("p", { class: "clock-note", text: "Nothing on this day." }),
    go,
  );
  go.addEventListener("click", () => {
    box.hidePopover();
    onGo(day, cell);
  });
  box.addEventListener("toggle", (event) => event.newState === "closed" && box.remove());
  document.body.append(box);
  box.showPopover();
  placeBeside(box, cell);
  go.focus();
}
