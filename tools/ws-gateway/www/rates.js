const POINTS = 60;

/** Counters of the hub as rates: what each has grown a second since it was seen before. */
export class Rates {
  #before = new Map(); // name -> {value, at}
  #rates = new Map(); // name -> the last POINTS of them

  /** All counters of a look, {name: value}, at a time in milliseconds. Others are forgotten. */
  see(counters, now) {
    const seen = new Map();
    for (const [name, value] of Object.entries(counters)) {
      const before = this.#before.get(name);
      seen.set(name, {value, at: now});
      if (!before || now <= before.at) continue;
      // A counter that is less than it was began anew.
      const grown = value >= before.value ? value - before.value : value;
      const rates = [...(this.#rates.get(name) ?? []), (grown * 1000) / (now - before.at)];
      this.#rates.set(name, rates.slice(-POINTS));
    }
    this.#before = seen;
    for (const name of this.#rates.keys()) if (!seen.has(name)) this.#rates.delete(name);
  }

  /** A second; null: it was seen only once. */
  of(name) {
    return this.#rates.get(name)?.at(-1) ?? null;
  }

  history(name) {
    return this.#rates.get(name) ?? [];
  }
}

export function rateWords(rate) {
  if (rate === null) return '–';
  return rate < 10 ? rate.toFixed(1).replace(/\.0$/, '') : String(Math.round(rate));
}
