// Selects with options, people, channels and conversations.

import { labelOf, placeholderOf } from "./labels.js";
import { picker, searched } from "./picker.js";
import { channelName, state } from "./store.js";

const optionOf = (raw) => ({
  value: raw.value,
  label: labelOf(raw.text),
  note: raw.description && labelOf(raw.description),
  raw,
});
const groupsOf = ({ options, option_groups: groups }) =>
  groups
    ? groups.map((group) => ({ label: labelOf(group.label), options: group.options.map(optionOf) }))
    : [{ label: "", options: (options ?? []).map(optionOf) }];

/** Static and external selects, of one option or several. */
export function optionSelect(item, { blockId, host, current, changed, label }) {
  const many = item.type.startsWith("multi_");
  const raw = many
    ? (current?.selected_options ?? [])
    : current?.selected_option
      ? [current.selected_option]
      : [];
  const fetched = async (query) => groupsOf((await host.options?.(blockId, item, query)) ?? {});
  const node = picker({
    many,
    label,
    most: item.max_selected_items,
    placeholder: placeholderOf(item),
    minQuery: item.type.includes("external") ? (item.min_query_length ?? 3) : 0,
    groups: item.type.includes("external") ? fetched : (query) => searched(groupsOf(item), query),
    chosen: raw.map(optionOf),
    onChange: (chosen) => {
      const options = chosen.map((option) => option.raw);
      changed(
        many
          ? { type: item.type, selected_options: options }
          : { type: item.type, selected_option: options[0] },
        node,
      );
    },
  });
  return node;
}

const person = (user) => ({
  value: user.id,
  label: user.real_name || user.name,
  note: user.title || `@${user.name}`,
});
const conversation = (channel) => ({
  value: channel.id,
  label: (channel.kind === "im" ? "" : "#") + channelName(channel),
});
const present = () => [...state.users.values()].filter((user) => !user.deleted);
const SOURCES = {
  users: {
    all: () => present().map(person),
    one: (id) => person(state.users.get(id) ?? { id, real_name: id, name: id }),
    many: "users",
  },
  channels: { all: () => conversations({ include: ["public"] }), one: conversationOf, many: "channels" },
  conversations: {
    all: (item) => conversations(item.filter ?? {}),
    one: conversationOf,
    many: "conversations",
  },
};

function conversationOf(id) {
  const channel = state.channels.get(id);
  return channel ? conversation(channel) : { value: id, label: id };
}

function conversations({ include, exclude_bot_users: withoutBots }) {
  const wanted = (channel) =>
    !channel.is_archived &&
    (!include || include.includes(channel.kind)) &&
    !(withoutBots && channel.kind === "im" && channel.members.some((id) => state.users.get(id)?.is_bot));
  return [...state.channels.values()].filter(wanted).map(conversation);
}

/** Selects of users, channels and conversations. */
export function idSelect(item, { current, changed, label }) {
  const many = item.type.startsWith("multi_");
  const [kind] = item.type.replace("multi_", "").split("_");
  const source = SOURCES[kind];
  const key = many ? `selected_${source.many}` : `selected_${source.many.slice(0, -1)}`;
  const ids = [current?.[key] ?? []].flat();
  const node = picker({
    many,
    label,
    most: item.max_selected_items,
    placeholder: placeholderOf(item),
    groups: (query) => searched([{ label: "", options: source.all(item) }], query),
    chosen: ids.map(source.one),
    onChange: (chosen) => {
      const picked = chosen.map((option) => option.value);
      changed({ type: item.type, [key]: many ? picked : picked[0] }, node);
    },
  });
  return node;
}
