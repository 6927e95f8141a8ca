// What the composer offers while one types: commands, people and groups, channels, emoji.

import { EMOJI } from "./emoji.js";
import { state } from "./store.js";

const MOST = 8;
const TO_ALL = [
  ["channel", "Everybody in this conversation"],
  ["here", "Everybody here who is active"],
];

/** Offers for what stands before `caret`: `[{from, text, name, hint, note}]`, `text` to be put from `from` on. */
export function offersFor(value, caret, { inThread }) {
  const before = value.slice(0, caret);
  if (!inThread && /^\/\S*$/.test(before)) return commandOffers(before);
  const emoji = /(?:^|[\s(]):([a-z0-9_+-]{2,})$/i.exec(before);
  if (emoji) return emojiOffers(emoji[1].toLowerCase(), caret - emoji[1].length - 1);
  // While a command's own words are typed, its hint stays in sight but takes no key.
  const mention = /(?:^|[\s(])([@#])([\p{L}\p{N}._-]*)$/u.exec(before);
  if (!mention) return [];
  const from = caret - mention[2].length - 1;
  return mention[1] === "@" ? peopleOffers(mention[2], from) : channelOffers(mention[2], from);
}

function commandOffers(before) {
  const commands = [...state.apps.values()].flatMap((app) =>
    app.commands.map((command) => ({ ...command, app: app.name })),
  );
  return commands
    .filter(({ command }) => command.startsWith(before.toLowerCase()))
    .sort((a, b) => (a.command < b.command ? -1 : 1))
    .map((found) => ({
      from: 0,
      text: `${found.command} `,
      name: found.command,
      hint: found.usage_hint,
      note: `${found.description} · ${found.app}`,
    }));
}

function peopleOffers(query, from) {
  const sought = query.toLocaleLowerCase();
  const fits = (user) =>
    !user.deleted &&
    `${user.name} ${user.real_name}`
      .toLocaleLowerCase()
      .split(/[\s._-]+/)
      .concat(user.name.toLowerCase())
      .some((word) => word.startsWith(sought));
  const people = [...state.users.values()].filter(fits).map((user) => ({
    from,
    text: `@${user.name} `,
    name: user.real_name || user.name,
    note: `@${user.name}`,
  }));
  const groups = [...state.groups.values()]
    .filter((group) => group.handle.toLocaleLowerCase().startsWith(sought))
    .map((group) => ({ from, text: `@${group.handle} `, name: `@${group.handle}`, note: group.name }));
  const all = TO_ALL.filter(([name]) => sought && name.startsWith(sought)).map(([name, note]) => ({
    from,
    text: `@${name} `,
    name: `@${name}`,
    note,
  }));
  return [...people, ...groups, ...all].slice(0, MOST);
}

function channelOffers(query, from) {
  return [...state.channels.values()]
    .filter(
      (channel) =>
        (channel.kind === "public" || channel.kind === "private") &&
        channel.name.startsWith(query.toLowerCase()),
    )
    .map((channel) => ({ from, text: `#${channel.name} `, name: `#${channel.name}`, note: channel.purpose }))
    .slice(0, MOST);
}

function emojiOffers(query, from) {
  return [...EMOJI]
    .filter(([name]) => name.includes(query))
    .sort(([a], [b]) => b.startsWith(query) - a.startsWith(query))
    .slice(0, MOST)
    .map(([name, drawn]) => ({ from, text: `:${name}: `, name: `${drawn} :${name}:` }));
}
