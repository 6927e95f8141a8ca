// Slack's mrkdwn → nodes. A text is first cut into lines' blocks (pre, quote, plain), each of these into tokens.

import { el } from "./dom.js";
import { emojiOf } from "./emoji.js";
import { fillDatePattern } from "./time.js";

/**
 * `context`: `{users, groups, channels: Map by id, tz, nowMs(), onChannel(id)}`.
 * Returns nodes. `&amp; &lt; &gt;` are read once, after everything else: `&amp;lt;` shows as `&lt;`.
 */
export function mrkdwn(text, context) {
  const nodes = [];
  for (const part of String(text).split(/(```[\s\S]*?```)/)) {
    if (part.length > 6 && part.startsWith("```") && part.endsWith("```")) {
      nodes.push(
        el(
          "pre",
          { class: "pre", dir: "auto" },
          ...references(part.slice(3, -3).replace(/^\n|\n$/g, ""), context),
        ),
      );
    } else if (part) {
      nodes.push(...lines(part, context));
    }
  }
  return nodes;
}

/** A text that is not mrkdwn (`plain_text`): its emoji only. */
export function plain(text, { emoji = true } = {}) {
  const whole = unescape(String(text));
  return emoji ? withEmoji(whole) : [document.createTextNode(whole)];
}

/** The same as one string, for titles, labels and lists. */
export function flat(text, context) {
  const holder = el("span", {}, ...mrkdwn(text, context));
  return holder.textContent.replace(/\s+/g, " ").trim();
}

/** What somebody would have typed to get this text; the page's composer takes it back. */
export function typed(text, context) {
  const known = (map, id, name) => map.get(id)?.[name] ?? id;
  const shown = String(text)
    .replace(/<@(\w+)(?:\|[^>]*)?>/g, (_, id) => `@${known(context.users, id, "name")}`)
    .replace(/<#(\w+)(?:\|[^>]*)?>/g, (_, id) => `#${known(context.channels, id, "name")}`)
    .replace(/<!subteam\^(\w+)(?:\|[^>]*)?>/g, (_, id) => `@${known(context.groups, id, "handle")}`)
    .replace(/<!(here|channel|everyone)(?:\|[^>]*)?>/g, "@$1")
    .replace(/<((?:https?|mailto):[^|>]+)(?:\|[^>]*)?>/g, "$1");
  return unescape(shown);
}

function lines(part, context) {
  const nodes = [];
  let quoted = [];
  const flush = () => {
    if (quoted.length)
      nodes.push(el("blockquote", { class: "quote", dir: "auto" }, ...joined(quoted, context)));
    quoted = [];
  };
  const rows = part.split("\n");
  let open = [];
  const flushOpen = () => {
    if (open.length) nodes.push(el("div", { class: "line", dir: "auto" }, ...joined(open, context)));
    open = [];
  };
  rows.forEach((row, at) => {
    if (/^(&gt;&gt;&gt;|>>>)/.test(row)) {
      flush();
      flushOpen();
      quoted = [row.replace(/^(&gt;&gt;&gt;|>>>)\s?/, ""), ...rows.slice(at + 1)];
      rows.length = at + 1;
    } else if (/^(&gt;|>)/.test(row)) {
      flushOpen();
      quoted.push(row.replace(/^(&gt;|>)\s?/, ""));
    } else {
      flush();
      open.push(row);
    }
  });
  flush();
  if (open.some((row) => row !== "")) flushOpen();
  return nodes;
}

// One paragraph: formatting does not reach over a line's end.
const joined = (rows, context) =>
  rows.flatMap((row, at) => (at ? [el("br"), ...inline(row, context)] : inline(row, context)));

const EDGE_BEFORE = /[\s([{"'“‘*_~\-–—/:.,;!?]/;
const EDGE_AFTER = /[\s)\]}"'”’*_~\-–—/:.,;!?]/;
const MARKS = { "*": "strong", _: "em", "~": "s" };

/** A line with its bold, italic, struck and code parts, links and mentions. */
export function inline(row, context) {
  const nodes = [];
  let text = "";
  const flush = () => {
    if (text) nodes.push(...references(text, context));
    text = "";
  };
  for (let at = 0; at < row.length; at += 1) {
    const sign = row[at];
    if (sign === "<") {
      // A reference may hold any of the marks: it is taken whole.
      const end = row.indexOf(">", at);
      if (end > 0) {
        text += row.slice(at, end + 1);
        at = end;
        continue;
      }
    }
    const end = sign === "`" ? row.indexOf("`", at + 1) : MARKS[sign] ? closing(row, at, sign) : -1;
    if (end <= at + 1) {
      text += sign;
      continue;
    }
    flush();
    const inner = row.slice(at + 1, end);
    nodes.push(
      sign === "`"
        ? el("code", { class: "code" }, ...references(inner, context, { emoji: false }))
        : el(MARKS[sign], {}, ...inline(inner, context)),
    );
    at = end;
  }
  flush();
  return nodes;
}

function closing(row, at, sign) {
  if (at > 0 && !EDGE_BEFORE.test(row[at - 1])) return -1;
  if (/\s/.test(row[at + 1] ?? " ")) return -1;
  for (let end = row.indexOf(sign, at + 2); end !== -1; end = row.indexOf(sign, end + 1)) {
    const opened = row.lastIndexOf("<", end);
    if (opened > at && row.indexOf(">", opened) > end) continue;
    const after = row[end + 1];
    if (!/\s/.test(row[end - 1]) && (after === undefined || EDGE_AFTER.test(after) || after === "<"))
      return end;
  }
  return -1;
}

function references(text, context, { emoji = true } = {}) {
  return text.split(/(<[^<>]+>)/).flatMap((part) => {
    if (part.length > 2 && part.startsWith("<") && part.endsWith(">"))
      return [reference(part.slice(1, -1), context)];
    if (!part) return [];
    return emoji ? withEmoji(unescape(part)) : [document.createTextNode(unescape(part))];
  });
}

function reference(body, context) {
  const bar = body.indexOf("|");
  const target = bar < 0 ? body : body.slice(0, bar);
  const label = bar < 0 ? "" : unescape(body.slice(bar + 1));
  if (target.startsWith("@")) return userMention(target.slice(1), context, label);
  if (target.startsWith("#")) return channelMention(target.slice(1), context, label);
  if (target.startsWith("!subteam^")) return groupMention(target.slice(9), context, label);
  if (target.startsWith("!date^")) return date(target.slice(6), label, context);
  if (target.startsWith("!"))
    return el("span", { class: "mention mention-all", text: `@${target.slice(1).split("^")[0]}` });
  return link(unescape(target), label || undefined);
}

/** A link that opens beside the page; anything but http(s) and mailto is shown, not linked. */
export function link(url, label, children) {
  const shown = children ?? withEmoji(label ?? url.replace(/^mailto:/, ""));
  if (!/^(https?:\/\/|mailto:)/i.test(url)) return el("span", { dir: "auto" }, ...shown);
  return el(
    "a",
    { href: url, target: "_blank", rel: "noopener noreferrer", class: "link", dir: "auto" },
    ...shown,
  );
}

export function userMention(id, context, label = "") {
  const user = context.users.get(id);
  const mine = id === context.me ? " mention-me" : "";
  return el(user ? "button" : "span", {
    type: user && "button",
    class: `mention${mine}${user ? " mention-button" : ""}`,
    text: `@${user?.real_name || user?.name || label || id}`,
    dir: "auto",
    data: { person: user ? id : "" },
  });
}

export function groupMention(id, context, label = "") {
  return el("span", {
    class: "mention",
    text: `@${context.groups.get(id)?.handle ?? (label.replace(/^@/, "") || id)}`,
  });
}

export function channelMention(id, context, label = "") {
  const channel = context.channels.get(id);
  if (!channel) return el("span", { class: "mention", text: label ? `#${label}` : "#private-channel" });
  const open = () => context.onChannel(id);
  return el("button", {
    type: "button",
    class: "mention mention-button",
    text: `#${channel.name}`,
    on: { click: open },
  });
}

function date(body, fallback, context) {
  const [seconds, pattern = "", url = ""] = body.split("^");
  const ms = Number(seconds) * 1000;
  if (!seconds || Number.isNaN(ms)) return document.createTextNode(fallback);
  return dateNode(ms, unescape(pattern), url, context);
}

/** A `<time>` in the reader's zone, whose title says the whole instant. */
export function dateNode(ms, pattern, url, context) {
  const text = fillDatePattern(pattern, ms, { tz: context.tz, nowMs: context.nowMs() });
  const title = fillDatePattern("{date_long} at {time}", ms, { tz: context.tz, nowMs: context.nowMs() });
  const time = el("time", {
    class: "date",
    datetime: new Date(ms).toISOString(),
    title: `${title} (${context.tz})`,
    text,
  });
  return url ? link(unescape(url), undefined, [time]) : time;
}

/** Text with the shortcodes that are known drawn as emoji. */
export function withEmoji(text) {
  return text.split(/(:[a-z0-9_+\-']+(?:::skin-tone-\d)?:)/).map((part) => {
    const drawn =
      part.length > 2 && part.startsWith(":") && part.endsWith(":") ? emojiOf(part.slice(1, -1)) : undefined;
    if (!drawn) return document.createTextNode(part);
    return el("span", {
      class: "emoji",
      role: "img",
      "aria-label": part.slice(1, -1).replaceAll("_", " "),
      text: drawn,
    });
  });
}

export function unescape(text) {
  return text.replace(/&(lt|gt|amp);/g, (_, name) => ({ lt: "<", gt: ">", amp: "&" })[name]);
}
