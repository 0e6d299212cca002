// Empties the outbox: one message at a time in each conversation, so that they arrive in the order of writing; again with
// the same key until there is a receipt or a refusal that waiting does not help.

import { Backoff } from './backoff.js';
import { verdict } from './outbox.js';

/** The hub takes frames of 128 KiB and ends a connection that sends more. */
const BytesMax = 120_000;
const TooLong = 'The text is longer than this server takes; split it.';

export class Sender {
  #outbox;
  #live;
  #settled;
  #changed;
  #busy = new Set();

  /** @param {{outbox: object, live: object, settled: (letter: object, receipt: object) => void, changed: () => void}} parts */
  constructor({ outbox, live, settled, changed }) {
    this.#outbox = outbox;
    this.#live = live;
    this.#settled = settled;
    this.#changed = changed;
  }

  /** Sends whatever waits anywhere. */
  sendAll() { for (const conversation of this.#outbox.waiting) void this.send(conversation); }

  /** Sends what waits in one conversation, as long as there is a connection. */
  async send(conversation) {
    if (this.#busy.has(conversation)) return;
    this.#busy.add(conversation);
    const backoff = new Backoff();
    try {
      for (let letter; this.#live.online && (letter = this.#outbox.next(conversation));) {
        if (bytesOf(letter.text) > BytesMax) {
          this.#outbox.refuse(letter.key, TooLong);
          this.#changed();
          continue;
        }
        const answer = await this.#live.invoke('Send', conversation, letter.key, letter.text).catch(() => null);
        if (answer?.value) {
          this.#outbox.settle(letter.key);
          this.#settled(letter, answer.value);
          backoff.reset();
        } else if (this.#live.online) {
          await this.#later(letter, answer?.refusal, backoff);
        }
        this.#changed();
      }
    } finally {
      this.#busy.delete(conversation);
    }
  }

  async #later(letter, refusal, backoff) {
    const { retry, afterSeconds } = verdict(refusal);
    if (!retry) return this.#outbox.refuse(letter.key, refusal.message);
    await new Promise((resolve) => setTimeout(resolve, Math.max(backoff.next(), (afterSeconds ?? 0) * 1000)));
  }
}

function bytesOf(text) { return new TextEncoder().encode(JSON.stringify(text)).length; }
