/** Storage as a browser has it, for one "browser" of a test. */
export class MemoryStorage {
  #items = new Map();
  #charsMax;

  constructor(charsMax = Infinity) { this.#charsMax = charsMax; }

  get length() { return this.#items.size; }

  key(i) { return [...this.#items.keys()][i] ?? null; }

  getItem(name) { return this.#items.get(name) ?? null; }

  setItem(name, value) {
    if (value.length > this.#charsMax) throw new DOMException('Full.', 'QuotaExceededError');
    this.#items.set(name, value);
  }

  removeItem(name) { this.#items.delete(name); }
}
