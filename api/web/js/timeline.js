// One conversation's entries as far as they are known here.
//
// Invariants:
// 1. low..high is a run without holes: every number in it has its entry.
// 2. Of two views of one entry the higher version is kept, in whatever order they come.
// 3. Entries above a hole wait outside the run until the hole is filled, by a late push or by reading on from `high`.

export class Timeline {
  #entries = new Map();
  #low = 1;
  #high = 0;
  loaded = false;
  hasBefore = false;

  get low() { return this.#low; }

  get high() { return this.#high; }

  /** The run, lowest number first. */
  get entries() {
    const run = [];
    if (this.loaded) for (let seq = this.#low; seq <= this.#high; seq++) run.push(this.#entries.get(seq));
    return run;
  }

  get(seq) { return this.#entries.get(seq); }

  /** Takes one entry that was pushed, caught up or sent from here. Returns whether anything changed. */
  put(entry) {
    if (!this.loaded || entry.seq < this.#low) return false;
    if (!this.#keep(entry)) return false;
    this.#advance();
    return true;
  }

  /** Takes a page of history, which is a run itself. One that does not touch the run replaces it when it is newer. */
  putPage(page) {
    if (page.entries.length === 0) {
      if (!this.loaded) this.loaded = page.lastSeq === 0;
      return;
    }
    const first = page.entries[0].seq;
    const last = page.entries.at(-1).seq;
    const touches = this.loaded && first <= this.#high + 1 && last >= this.#low - 1;
    if (this.loaded && !touches) {
      if (last < this.#low) return;
      this.#dropBelow(first);
    }
    if (!touches) [this.#low, this.#high] = [first, last];
    for (const entry of page.entries) this.#keep(entry);
    if (!touches || first <= this.#low) this.hasBefore = page.hasBefore;
    this.#low = Math.min(this.#low, first);
    this.#high = Math.max(this.#high, last);
    this.loaded = true;
    this.#advance();
  }

  /** Forgets all but the newest entries of the run, which can be read again. */
  trim(keep) {
    const low = this.#high - keep + 1;
    if (!this.loaded || low <= this.#low) return;
    this.#dropBelow(low);
    this.#low = low;
    this.hasBefore = true;
  }

  clear() {
    this.#entries.clear();
    [this.#low, this.#high] = [1, 0];
    this.loaded = this.hasBefore = false;
  }

  #keep(entry) {
    const known = this.#entries.get(entry.seq);
    if (known && known.version >= entry.version) return false;
    this.#entries.set(entry.seq, entry);
    return true;
  }

  #advance() {
    while (this.#entries.has(this.#high + 1)) this.#high++;
  }

  #dropBelow(seq) {
    for (const known of this.#entries.keys()) if (known < seq) this.#entries.delete(known);
  }
}
