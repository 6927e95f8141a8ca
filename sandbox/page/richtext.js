// `rich_text` blocks and `markdown` blocks → nodes.

import { el } from "./dom.js";
import { emojiOf } from "./emoji.js";
import { channelMention, dateNode, groupMention, link, userMention, withEmoji } from "./mrkdwn.js";

/** A `rich_text` block. */
export function richText(block, context) {
  const nodes = [];
  for (const part of block.elements ?? []) {
    if (part.type === "rich_text_list") appendList(nodes, part, context);
    else nodes.push(container(part, context));
  }
  return el("div", { class: "rich" }, ...nodes);
}

function container(part, context) {
  const inner = (part.elements ?? []).flatMap((element) => inlineElement(element, context));
  if (part.type === "rich_text_preformatted") return el("pre", { class: "pre", dir: "auto" }, ...inner);
  if (part.type === "rich_text_quote") return el("blockquote", { class: "quote", dir: "auto" }, ...inner);
  return el("div", { class: "line", dir: "auto" }, ...inner);
}

// Slack sends each level of a nested list as a list of its own, with `indent`.
function appendList(nodes, part, context) {
  const items = (part.elements ?? []).map((item) =>
    el("li", { dir: "auto" }, ...container(item, context).childNodes),
  );
  const first = Number(part.offset ?? 0) + 1;
  const list = el(
    part.style === "ordered" ? "ol" : "ul",
    { class: "list", start: first > 1 && first },
    ...items,
  );
  list.style.marginInlineStart = `${Number(part.indent ?? 0) * 1.5}em`;
  nodes.push(list);
}

function inlineElement(element, context) {
  switch (element.type) {
    case "text":
      return styled(textNodes(element.text), element.style);
    case "link":
      return styled([link(element.url, element.text)], element.style);
    case "emoji":
      return [
        el("span", {
          class: "emoji",
          role: "img",
          "aria-label": element.name,
          text: emojiOf(element.name) ?? `:${element.name}:`,
        }),
      ];
    case "user":
      return styled([userMention(element.user_id, context)], element.style);
    case "usergroup":
      return styled([groupMention(element.usergroup_id, context)], element.style);
    case "channel":
      return styled([channelMention(element.channel_id, context)], element.style);
    case "broadcast":
      return [el("span", { class: "mention mention-all", text: `@${element.range}` })];
    case "date":
      return styled(
        [dateNode(element.timestamp * 1000, element.format, element.url ?? "", context)],
        element.style,
      );
    case "color": {
      const swatch = el("span", { class: "swatch" });
      swatch.style.background = element.value;
      return [swatch, document.createTextNode(element.value)];
    }
    default:
      return [document.createTextNode(element.text ?? "")];
  }
}

function textNodes(text) {
  return String(text)
    .split("\n")
    .flatMap((row, at) => (at ? [el("br"), ...withEmoji(row)] : withEmoji(row)));
}

const STYLES = [
  ["code", "code"],
  ["strike", "s"],
  ["italic", "em"],
  ["bold", "strong"],
];

function styled(nodes, style = {}) {
  return STYLES.reduce(
    (inner, [name, tag]) =>
      style[name] ? [el(tag, tag === "code" ? { class: "code" } : {}, ...inner)] : inner,
    nodes,
  );
}

/** A `markdown` block: headings, lists, quotes, fenced code, tables as plain lines; inline emphasis, code and links. */
export function markdown(text, context) {
  const nodes = [];
  const rows = String(text).split("\n");
  for (let at = 0; at < rows.length;) {
    const row = rows[at];
    const heading = /^(#{1,6})\s+(.*)$/.exec(row);
    const fence = /^\s*```/.test(row);
    if (fence) {
      let end = at + 1;
      while (end < rows.length && !/^\s*```/.test(rows[end])) end += 1;
      nodes.push(el("pre", { class: "pre", text: rows.slice(at + 1, end).join("\n"), dir: "auto" }));
      at = end + 1;
    } else if (heading) {
      nodes.push(
        el(
          "div",
          { class: "md-heading", role: "heading", "aria-level": heading[1].length + 2, dir: "auto" },
          ...spans(heading[2], context),
        ),
      );
      at += 1;
    } else if (/^\s*(-{3,}|\*{3,})\s*$/.test(row)) {
      nodes.push(el("hr", { class: "divider" }));
      at += 1;
    } else if (/^\s*([-*+]|\d+[.)])\s+/.test(row)) {
      const ordered = /^\s*\d/.test(row);
      const list = el(ordered ? "ol" : "ul", { class: "list" });
      for (; at < rows.length && /^\s*([-*+]|\d+[.)])\s+/.test(rows[at]); at += 1) {
        const [, indent, item] = /^(\s*)(?:[-*+]|\d+[.)])\s+(.*)$/.exec(rows[at]);
        const line = el("li", { dir: "auto" }, ...spans(item, context));
        line.style.marginInlineStart = `${Math.floor(indent.length / 2) * 1.2}em`;
        list.append(line);
      }
      nodes.push(list);
    } else if (/^\s*>/.test(row)) {
      const quote = el("blockquote", { class: "quote", dir: "auto" });
      for (; at < rows.length && /^\s*>/.test(rows[at]); at += 1) {
        quote.append(
          ...(quote.childNodes.length ? [el("br")] : []),
          ...spans(rows[at].replace(/^\s*>\s?/, ""), context),
        );
      }
      nodes.push(quote);
    } else {
      if (row.trim()) nodes.push(el("div", { class: "line", dir: "auto" }, ...spans(row, context)));
      at += 1;
    }
  }
  return el("div", { class: "rich markdown" }, ...nodes);
}

const SPAN =
  /(`[^`]+`)|\[([^\]]+)\]\(([^()\s]+)\)|\*\*([^*]+)\*\*|__([^_]+)__|~~([^~]+)~~|\*([^*\s][^*]*)\*|\b_([^_]+)_\b|(https?:\/\/[^\s<>)]+)/;

function spans(text, context) {
  const found = SPAN.exec(text);
  if (!found) return withEmoji(text);
  const [whole, code, label, url, bold, bold2, struck, italic, italic2, bare] = found;
  const before = text.slice(0, found.index);
  const after = text.slice(found.index + whole.length);
  let node;
  if (code) node = el("code", { class: "code", text: code.slice(1, -1) });
  else if (url) node = link(url, label);
  else if (bold || bold2) node = el("strong", {}, ...spans(bold ?? bold2, context));
  else if (struck) node = el("s", {}, ...spans(struck, context));
  else if (bare) node = link(bare);
  else node = el("em", {}, ...spans(italic ?? italic2, context));
  return [...withEmoji(before), node, ...spans(after, context)];
}
