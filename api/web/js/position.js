// Where a client stands in everything that reaches its person.
//
// Invariants:
// 1. The cursor moves only after what it covers was applied: events first, cursor second.
// 2. While a catch-up runs, live events are held back and applied after it, and live positions are passed over:
//    a position may then cover events that the catch-up has yet to hand out.
// 3. A reset reads the lists anew after the fresh cursor was given, so nothing falls between the two.

export class Position {
  #cursor;
  #held = null;
  #apply;
  #reload;

  /**
   * @param {{cursor: string | null, apply: (event: object) => void, reload: () => Promise<void>}} parts
   * apply takes one event; reload drops what is cached and reads the lists anew.
   */
  constructor({ cursor, apply, reload }) {
    this.#cursor = cursor;
    this.#apply = apply;
    this.#reload = reload;
  }

  get cursor() { return this.#cursor; }

  /** Reads from the cursor until nothing is left. `read(cursor)` answers { events, cursor, more, reset }. */
  async catchUp(read) {
    this.#held = [];
    try {
      for (let more = true; more;) {
        const answer = await read(this.#cursor);
        if (answer.reset) await this.#reload();
        for (const event of answer.events) this.#apply(event);
        this.#cursor = answer.cursor;
        more = answer.more;
      }
    } finally {
      const held = this.#held;
      this.#held = null;
      for (const event of held) this.#apply(event);
    }
  }

  /** An event that was pushed. */
  pushed(event) {
    if (this.#held) this.#held.push(event);
    else this.#apply(event);
  }

  /** A position that was pushed: everything before it has been handed to this connection. Returns whether it was taken. */
  moved(cursor) {
    if (this.#held) return false;
    this.#cursor = cursor;
    return true;
  }

  forget() { this.#cursor = null; }
}
