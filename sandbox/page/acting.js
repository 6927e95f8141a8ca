// What the page asks of the workspace over HTTP: acts, files, searches.

import { emit, state } from "./store.js";

/**
 * Do something as this person. Returns the answer `{ok: true, …}`;
 * what Slack refused comes back as `{ok: false, error, messages}`, and is shown unless `quiet`.
 */
export async function act(verb, body = {}, { quiet = false } = {}) {
  const answer = await post(`/page/act/${verb}`, { user: state.me, ...body });
  if (!answer.ok && !quiet)
    emit("notice", { error: answer.error, messages: answer.messages ?? [], text: answer.text });
  return answer;
}

async function post(url, body) {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return await response.json();
  } catch {
    return { ok: false, error: "no_connection", text: "The workspace did not answer. Is it still running?" };
  }
}

/** Upload a file for a later message or submission; returns `{ok, upload, name}`. */
export async function upload(file) {
  const form = new FormData();
  form.append("file", file, file.name);
  try {
    const response = await fetch(`/page/upload?user=${encodeURIComponent(state.me)}`, {
      method: "POST",
      body: form,
    });
    return await response.json();
  } catch {
    return { ok: false, error: "no_connection" };
  }
}

/** What this person may see of what was said: `[{channel, message}]`, the newest first. */
export async function search(sought) {
  const asked = new URLSearchParams({ user: state.me, q: sought });
  try {
    const response = await fetch(`/page/search?${asked}`);
    return (await response.json()).found;
  } catch {
    return [];
  }
}

/** Whom one can be. */
export async function fetchPeople() {
  const response = await fetch("/page/people");
  return response.json();
}
