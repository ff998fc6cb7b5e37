/** What a browser keeps for a page, as JSON. One that grants no storage only forgets. */
export function recall(storage, key) {
  try {
    return JSON.parse(globalThis[storage].getItem(key));
  } catch {
    return null;
  }
}

export function remember(storage, key, value) {
  try {
    globalThis[storage].setItem(key, JSON.stringify(value));
  } catch {
    // full or forbidden: the page works without
  }
}
