/**
 * Named events with plain callbacks. A listener that throws is reported and stops nobody else; one that
 * is put on by another hears the next event.
 */
export class Emitter {
  #listeners = new Map();

  /** Calls `listener` at every event of that name; the function it returns takes it off again. */
  on(name, listener) {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  emit(name, ...args) {
    const listeners = this.#listeners.get(name) ?? new Set();
    for (const listener of [...listeners]) {
      if (!listeners.has(listener)) continue; // taken off meanwhile
      try {
        listener(...args);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        }); // seen by the console and window.onerror
      }
    }
  }
}
