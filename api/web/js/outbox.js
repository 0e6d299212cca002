// Messages that have no receipt yet. Each is stored under its own client key before it is first sent, and leaves the
// storage only when the server's receipt (or the message itself) has come, or its writer gives it up. A retry carries the
// same key, so that the server keeps one message however often it is sent.

export class Outbox {
  #storage;
  #prefix;
  #letters = new Map();
  #volatile = false;

  /** @param {Storage} storage localStorage, or anything with its methods. */
  constructor(storage, user) {
    this.#storage = storage;
    this.#prefix = `social.outbox.${user}.`;
    this.load();
  }

  /** Reads what another page of this person, or an earlier one, left behind. */
  load() {
    for (let i = 0; i < this.#storage.length; i++) {
      const name = this.#storage.key(i);
      if (!name?.startsWith(this.#prefix)) continue;
      const letter = parse(this.#storage.getItem(name));
      if (letter && !this.#letters.has(letter.key)) this.#letters.set(letter.key, letter);
    }
  }

  /** True when the browser refused to store something: it is sent all the same, but does not survive the page. */
  get volatile() { return this.#volatile; }

  /** What waits in a conversation, in the order of writing. */
  of(conversation) {
    return [...this.#letters.values()].filter((l) => l.conversation === conversation).sort(byWriting);
  }

  /** Conversations in which something waits to be sent. */
  get waiting() {
    return [...new Set([...this.#letters.values()].filter((l) => !l.refusal).map((l) => l.conversation))];
  }

  /** The oldest letter of a conversation that is still to be sent; one that was refused does not hold up the rest. */
  next(conversation) {
    return this.of(conversation).find((letter) => !letter.refusal) ?? null;
  }

  get(key) { return this.#letters.get(key) ?? null; }

  add(conversation, text, key, at) {
    const last = this.of(conversation).at(-1);
    const letter = { key, conversation, text, at, turn: (last?.turn ?? 0) + 1, refusal: null };
    this.#letters.set(key, letter);
    this.#store(letter);
    return letter;
  }

  /** The message is durable on the server. */
  settle(key) {
    this.#storage.removeItem(this.#prefix + key);
    return this.#letters.delete(key);
  }

  /** The server refused it for good: it stays visible with the reason until its writer decides. */
  refuse(key, message) {
    const letter = this.#letters.get(key);
    if (!letter) return;
    letter.refusal = message;
    this.#store(letter);
  }

  /** Another page of this person got the receipt or gave it up. Returns whether this concerned a letter here. */
  forgotten(storageKey) {
    return storageKey?.startsWith(this.#prefix) === true && this.#letters.delete(storageKey.slice(this.#prefix.length));
  }

  #store(letter) {
    try {
      this.#storage.setItem(this.#prefix + letter.key, JSON.stringify(letter));
    } catch {
      this.#volatile = true;
    }
  }
}

/** What to do after a send failed: a refusal that says when to come back, and anything that is no refusal, is tried again. */
export function verdict(refusal) {
  if (!refusal) return { retry: true, afterSeconds: null };
  const wait = refusal.retryAfterSeconds;
  return wait === null || wait === undefined ? { retry: false, afterSeconds: null } : { retry: true, afterSeconds: wait };
}

function byWriting(a, b) {
  return a.turn - b.turn || a.at - b.at || (a.key < b.key ? -1 : 1);
}

function parse(json) {
  try {
    const letter = JSON.parse(json);
    return typeof letter?.key === 'string' && typeof letter.text === 'string' ? letter : null;
  } catch {
    return null;
  }
}
