// Whom one can be: the first thing that is shown, and what *Switch* comes back to.

import { fetchPeople } from "./acting.js";
import { avatar, el, fill } from "./dom.js";
import { tellSeat } from "./seat.js";
import { disconnect } from "./store.js";

/** Show the people in `app`; `enter(id)` is called with the one that is chosen. */
export async function choosePerson(app, enter) {
  disconnect();
  if (location.hash) history.pushState(null, "", location.pathname);
  tellSeat("");
  const { team, people } = await fetchPeople();
  const search = el("input", {
    type: "search",
    class: "field",
    placeholder: "Search people",
    "aria-label": "Search people",
  });
  const list = el("ul", { class: "people" });
  const draw = () => {
    const sought = search.value.toLocaleLowerCase();
    const found = people.filter((person) =>
      `${person.real_name} ${person.name} ${person.title}`.toLocaleLowerCase().includes(sought),
    );
    fill(
      list,
      found.map((person) =>
        el(
          "li",
          {},
          el(
            "button",
            {
              type: "button",
              class: "person",
              data: { user: person.id },
              on: { click: () => enter(person.id) },
            },
            avatar(person.id, person.real_name),
            el(
              "span",
              { class: "person-text" },
              el("span", { class: "person-name", text: person.real_name, dir: "auto" }),
              el("span", { class: "person-note", text: person.title || `@${person.name}`, dir: "auto" }),
            ),
            el("span", { class: "person-zone", text: person.tz.split("/").pop().replaceAll("_", " ") }),
          ),
        ),
      ),
    );
    if (!found.length)
      fill(
        list,
        el("li", {
          class: "empty",
          text: people.length ? "Nobody of that name." : "This workspace has no people yet.",
        }),
      );
  };
  search.addEventListener("input", draw);
  draw();
  fill(
    app,
    el(
      "main",
      { class: "choose" },
      el("h1", { text: team.name, dir: "auto" }),
      el("p", {
        class: "choose-note",
        text: "A local workspace. Choose who you are; you can change at any time, or open a second window as somebody else.",
      }),
      people.length > 8 && search,
      list,
    ),
  );
  if (people.length > 8) search.focus();
}
