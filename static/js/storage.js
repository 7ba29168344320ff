// Drafts in this browser’s storage: one a person and page. Without storage, or when it is full, nothing is kept, and
// the page itself still holds what was typed.
const PREFIX = "saisie:";

// A key is "person:address"; a draft is any JSON, null for none.
export function readDraft(key) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + key));
  } catch {
    return null;
  }
}

export function writeDraft(key, draft) {
  try {
    if (draft) localStorage.setItem(PREFIX + key, JSON.stringify(draft));
    else localStorage.removeItem(PREFIX + key);
  } catch {
    // Not kept.
  }
}

// All of them, or all but those of one person.
export function forgetDrafts({ except } = {}) {
  try {
    for (const key of Object.keys(localStorage)) {
      const isTheirs = except && key.startsWith(`${PREFIX}${except}:`);
      if (key.startsWith(PREFIX) && !isTheirs) localStorage.removeItem(key);
    }
  } catch {
    // Nothing was kept.
  }
}
