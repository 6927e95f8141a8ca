// What was begun and not sent, by person, conversation and thread; a reload of this window keeps it.

const STORED = "drafts";
const drafts = new Map(stored());

function stored() {
  try {
    return JSON.parse(sessionStorage.getItem(STORED)) ?? [];
  } catch {
    // A browser that keeps nothing for this page still has the drafts until it is reloaded.
    return [];
  }
}

export const draftOf = (key) => drafts.get(key) ?? { text: "", files: [] };

/** Keep `{text, files}`; an empty one is forgotten. */
export function keepDraft(key, draft) {
  drafts.delete(key);
  if (draft.text || draft.files.length) drafts.set(key, draft);
  try {
    sessionStorage.setItem(STORED, JSON.stringify([...drafts]));
  } catch {
    // As above.
  }
}
