// Text objects → nodes and plain names.

import { el } from "./dom.js";
import { flat, mrkdwn, plain } from "./mrkdwn.js";
import { context } from "./store.js";

/** The nodes of a text object. */
export function textNodes(text) {
  if (!text) return [];
  if (text.type === "mrkdwn") return mrkdwn(text.text, context());
  return text.text
    .split("\n")
    .flatMap((row, at) => (at ? [el("br"), ...plain(row, text)] : plain(row, text)));
}

/** A text object as one plain line, for lists and names. */
export const labelOf = (text) =>
  text.type === "mrkdwn" ? flat(text.text, context()) : plainLabel(text.text);

/** A `plain_text` as one string, its emoji drawn. */
export const plainLabel = (text) => el("span", {}, ...plain(text)).textContent;

/** What an element says before anything is chosen. */
export const placeholderOf = (item) =>
  item.placeholder ? plainLabel(item.placeholder.text) : (DEFAULT_LABELS[item.type] ?? "Choose");

const DEFAULT_LABELS = {
  datepicker: "Select a date",
  timepicker: "Select a time",
  datetimepicker: "Select a date and time",
  users_select: "Select a person",
  multi_users_select: "Select people",
  channels_select: "Select a channel",
  conversations_select: "Select a conversation",
  file_input: "Choose files",
  overflow: "More actions",
};
