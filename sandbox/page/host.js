// What elements report to: it keeps what was entered, and takes presses to the app.

import { act } from "./acting.js";
import { state } from "./store.js";

const entered = new Map();

/** What a message's elements report to: values are kept while the page is open, a press goes to the app. */
export function messageHost(channel, ts) {
  const where = { kind: "message", channel, ts };
  return host(where, `${channel} ${ts}`);
}

/** The same for any surface; `key` names it among what was entered. */
export function host(where, key) {
  // Two people who share a window share nothing that they entered.
  const own = `${state.me} ${key}`;
  if (!entered.has(own)) entered.set(own, {});
  const values = entered.get(own);
  return {
    values,
    get: (blockId, actionId) => values[blockId]?.[actionId],
    set(blockId, actionId, value) {
      values[blockId] = { ...values[blockId], [actionId]: value };
    },
    async press(blockId, item, value, node) {
      node?.setAttribute("aria-busy", "true");
      await act("press", { where, block_id: blockId, action_id: item.action_id, value, values });
      node?.removeAttribute("aria-busy");
    },
    async options(blockId, item, query) {
      return act("options", { where, block_id: blockId, action_id: item.action_id, query });
    },
  };
}
