// Selects: a button that opens a list in the top layer, with a search field where the list is long or fetched.

import { el, fill, icon, newId, placeBeside } from "./dom.js";

/**
 * options: `{groups(query): groups | Promise<groups>, many, most, placeholder, label, chosen, onChange(chosen), minQuery, disabled}`
 * where groups are `[{label, options: [{value, label, note, raw}]}]`, and `chosen` a list of such options.
 * Returns the control's node.
 */
export function picker(options) {
  const { many = false, placeholder, label, onChange } = options;
  let chosen = options.chosen ?? [];
  const face = el("span", { class: "picker-face", dir: "auto" });
  const button = el(
    "button",
    { type: "button", class: "picker", "aria-haspopup": "listbox", "aria-expanded": "false" },
    face,
    icon("down"),
  );
  drawFace();
  button.addEventListener("click", () => openList());
  button.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      openList();
    }
  });

  function drawFace() {
    if (!chosen.length) fill(face, el("span", { class: "picker-placeholder", text: placeholder }));
    else if (many)
      fill(
        face,
        chosen.map((option) => el("span", { class: "chip", text: option.label })),
      );
    else fill(face, el("span", { text: chosen[0].label }));
    const names = chosen.map((option) => option.label).join(", ");
    button.title = names;
    button.setAttribute("aria-label", names ? `${label}: ${names}` : label);
  }

  function choose(option) {
    const has = chosen.some((other) => other.value === option.value);
    if (!many) chosen = [option];
    else if (has) chosen = chosen.filter((other) => other.value !== option.value);
    else if (!options.most || chosen.length < options.most) chosen = [...chosen, option];
    drawFace();
    if (!many) onChange(chosen);
  }

  function openList() {
    const listId = newId("list");
    const before = JSON.stringify(chosen.map((option) => option.value));
    const search = el("input", {
      type: "text",
      class: "picker-search",
      placeholder: "Search",
      "aria-label": `Search: ${label}`,
      role: "combobox",
      "aria-expanded": "true",
      "aria-controls": listId,
      autocomplete: "off",
    });
    const list = el("div", {
      id: listId,
      class: "picker-list",
      role: "listbox",
      "aria-label": label,
      tabindex: "-1",
    });
    list.setAttribute("aria-multiselectable", String(many));
    const foot =
      many &&
      el(
        "div",
        { class: "picker-foot" },
        el("button", { type: "button", class: "button button-small", text: "Done" }),
      );
    const box = el("div", { class: "picker-box", popover: "auto" }, search, list, foot);
    let rows = [];
    let current = -1;
    let asked = 0;

    const close = () => box.isConnected && box.hidePopover();
    foot && foot.firstChild.addEventListener("click", close);

    const mark = (index) => {
      rows[current]?.node.classList.remove("current");
      current = index;
      const row = rows[current];
      if (!row) return;
      row.node.classList.add("current");
      row.node.scrollIntoView({ block: "nearest" });
      search.setAttribute("aria-activedescendant", row.node.id);
      list.setAttribute("aria-activedescendant", row.node.id);
    };
    const pick = (index) => {
      const row = rows[index];
      if (!row) return;
      choose(row.option);
      if (!many) close();
      else
        for (const { node, option } of rows)
          node.setAttribute("aria-selected", String(chosen.some((c) => c.value === option.value)));
    };
    const draw = (groups) => {
      rows = [];
      const nodes = groups.flatMap((group) => {
        const heading = group.label
          ? [el("div", { class: "menu-heading", text: group.label, role: "presentation" })]
          : [];
        const items = group.options.map((option) => {
          const node = el(
            "div",
            { id: newId("option"), class: "picker-option", role: "option", data: { value: option.value } },
            el("span", { class: "menu-label", text: option.label, dir: "auto" }),
            option.note && el("span", { class: "menu-note", text: option.note, dir: "auto" }),
          );
          node.setAttribute("aria-selected", String(chosen.some((c) => c.value === option.value)));
          const index = rows.length;
          node.addEventListener("click", () => pick(index));
          rows.push({ node, option });
          return node;
        });
        return [...heading, ...items];
      });
      fill(list, nodes.length ? nodes : el("div", { class: "picker-empty", text: "No results" }));
      const selected = rows.findIndex(({ option }) => chosen.some((c) => c.value === option.value));
      current = -1;
      mark(selected >= 0 ? selected : 0);
      placeBeside(box, button);
    };
    const refresh = async () => {
      const query = search.value.trim();
      if (query.length < (options.minQuery ?? 0)) {
        draw([]);
        list.firstChild.textContent = `Type at least ${options.minQuery} letter${options.minQuery === 1 ? "" : "s"}`;
        return;
      }
      asked += 1;
      const mine = asked;
      const groups = await options.groups(query);
      if (mine === asked && box.isConnected) draw(groups);
    };
    search.addEventListener("input", refresh);
    box.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && rows.length) {
        event.preventDefault();
        mark((current + step + rows.length) % rows.length);
      } else if (event.key === "Enter" && event.target.tagName !== "BUTTON") {
        event.preventDefault();
        pick(current);
      } else if (event.key === "Tab" && !many) {
        close();
      }
    });
    box.addEventListener("toggle", (event) => {
      if (event.newState !== "closed") return;
      const inside = box.contains(document.activeElement) || document.activeElement === document.body;
      box.remove();
      button.setAttribute("aria-expanded", "false");
      if (inside) button.focus();
      if (many && JSON.stringify(chosen.map((option) => option.value)) !== before) onChange(chosen);
    });
    (button.closest("dialog") || document.body).append(box);
    box.showPopover();
    button.setAttribute("aria-expanded", "true");
    placeBeside(box, button);
    search.focus();
    refresh();
  }

  return button;
}

/** Those of `groups` whose label holds the query. */
export function searched(groups, query) {
  const sought = query.toLocaleLowerCase();
  const fits = (option) => `${option.label} ${option.note ?? ""}`.toLocaleLowerCase().includes(sought);
  return groups
    .map((group) => ({ ...group, options: group.options.filter(fits) }))
    .filter((group) => group.options.length);
}
