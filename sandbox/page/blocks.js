// Layout blocks → nodes, for messages, modals and Home alike; the interactive elements are in elements.js.

import { el, icon, newId } from "./dom.js";
import { element } from "./elements.js";
import { textNodes } from "./labels.js";
import { mrkdwn, plain } from "./mrkdwn.js";
import { markdown, richText } from "./richtext.js";
import { context, state } from "./store.js";

/** All blocks of a surface; `errors`: block id → the sentence shown at its field. */
export function blocksNode(blocks, host, errors = {}) {
  return el(
    "div",
    { class: "blocks" },
    ...blocks.map((block) => blockNode(block, host, errors[block.block_id])),
  );
}

function blockNode(block, host, error) {
  const make = MAKERS[block.type];
  const node = make ? make(block, host, error) : el("div", { class: "unsupported", text: `[${block.type}]` });
  node.dataset.block = block.block_id ?? "";
  return node;
}

function section(block, host) {
  const text = block.text && el("div", { class: "section-text" }, ...textNodes(block.text));
  const fields =
    block.fields &&
    el(
      "div",
      { class: "section-fields" },
      ...block.fields.map((field) => el("div", { class: "section-field" }, ...textNodes(field))),
    );
  const accessory =
    block.accessory &&
    el(
      "div",
      { class: `accessory accessory-${block.accessory.type}` },
      anyElement(block.accessory, block, host),
    );
  return el("div", { class: "block section" }, el("div", { class: "section-body" }, text, fields), accessory);
}

function anyElement(item, block, host) {
  if (item.type === "image") return picture(item, "accessory-image");
  return element(item, block.block_id, host);
}

function actions(block, host) {
  return el(
    "div",
    { class: "block actions" },
    ...block.elements.map((item) => anyElement(item, block, host)),
  );
}

function contextBlock(block) {
  const pieces = block.elements.map((item) =>
    item.type === "image"
      ? picture(item, "context-image")
      : el("span", { class: "context-text" }, ...textNodes(item)),
  );
  return el("div", { class: "block context" }, ...pieces);
}

function header(block) {
  return el(
    "div",
    { class: "block header", role: "heading", "aria-level": 3, dir: "auto" },
    ...plain(block.text.text, block.text),
  );
}

function image(block) {
  const title =
    block.title &&
    el("figcaption", { class: "image-title", dir: "auto" }, ...plain(block.title.text, block.title));
  return el("figure", { class: "block image" }, title, picture(block, "block-image"));
}

// A picture that cannot be loaded (the demo works without a network) shows what it is of.
function picture(item, className) {
  const stored = item.slack_file?.id;
  const source = stored
    ? `/page/files/${encodeURIComponent(stored)}`
    : (item.image_url ?? item.slack_file?.url);
  const node = el("img", {
    class: className,
    alt: item.alt_text,
    title: item.alt_text,
    loading: "lazy",
    referrerpolicy: "no-referrer",
  });
  node.addEventListener("error", () => {
    node.replaceWith(
      el("span", {
        class: `${className} image-missing`,
        role: "img",
        "aria-label": item.alt_text,
        text: item.alt_text,
        dir: "auto",
      }),
    );
  });
  node.src = source;
  return node;
}

function input(block, host, error) {
  const described = newId("described");
  const label = el("span", {}, ...plain(block.label.text, block.label)).textContent;
  const field = element(block.element, block.block_id, host, { as: "input", label, describedBy: described });
  const control = field.matches("input, textarea, button") ? field : field.querySelector("input, textarea");
  if (error) {
    control?.setAttribute("aria-invalid", "true");
    // A picker is named by its own label: the error is tied to it all the same.
    control?.setAttribute("aria-describedby", described);
  }
  return el(
    "div",
    { class: `block input${error ? " has-error" : ""}` },
    el(
      "div",
      { class: "input-label", dir: "auto" },
      ...plain(block.label.text, block.label),
      block.optional && el("span", { class: "input-optional", text: " (optional)" }),
    ),
    field,
    el(
      "div",
      { id: described },
      error && el("div", { class: "input-error", role: "alert", text: error, dir: "auto" }),
      block.hint && el("div", { class: "input-hint", dir: "auto" }, ...plain(block.hint.text, block.hint)),
    ),
  );
}

function fileBlock(block) {
  const file = state.files?.get(block.file_id) ?? { id: block.file_id, name: block.external_id ?? "file" };
  return el("div", { class: "block" }, fileNode(file));
}

/** A file of a message: its name and size, to download; a picture also shows itself. */
export function fileNode(file) {
  const url = `/page/files/${encodeURIComponent(file.id)}`;
  const name = file.title || file.name || "file";
  const size = file.size !== undefined && el("span", { class: "file-size", text: sizeOf(file.size) });
  const card = el(
    "a",
    { class: "file-card", href: url, download: file.name ?? "" },
    icon("file"),
    el("span", { class: "file-name", text: name, dir: "auto" }),
    size,
  );
  if (!/^image\/(png|jpeg|gif|webp)$/.test(file.mimetype ?? "")) return card;
  return el(
    "div",
    { class: "file-picture" },
    card,
    el("img", { class: "block-image", src: url, alt: file.alt_txt ?? name, loading: "lazy" }),
  );
}

function sizeOf(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1e6 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

const MAKERS = {
  section,
  actions,
  context: contextBlock,
  header,
  image,
  input,
  divider: () => el("hr", { class: "block divider" }),
  rich_text: (block) => el("div", { class: "block" }, richText(block, context())),
  markdown: (block) => el("div", { class: "block" }, markdown(block.text, context())),
  file: fileBlock,
};

/** A message's text where it has no blocks, and its blocks, attachments and files. */
export function messageBody(message, host) {
  const nodes = [];
  if (message.blocks?.length) nodes.push(blocksNode(message.blocks, host));
  else if (message.text) nodes.push(el("div", { class: "text" }, ...mrkdwn(message.text, context())));
  for (const attachment of message.attachments ?? []) nodes.push(attachmentNode(attachment, host));
  for (const file of message.files ?? []) nodes.push(fileNode(file));
  return nodes;
}

function attachmentNode(attachment, host) {
  const title = attachment.title && el("strong", { text: attachment.title, dir: "auto" });
  const text = attachment.text && el("div", {}, ...mrkdwn(attachment.text, context()));
  const inner = attachment.blocks?.length ? blocksNode(attachment.blocks, host) : undefined;
  const node = el("div", { class: "attachment" }, title, text, inner);
  if (/^#?[0-9a-f]{6}$/i.test(attachment.color ?? ""))
    node.style.borderColor = `#${attachment.color.replace("#", "")}`;
  return node;
}
