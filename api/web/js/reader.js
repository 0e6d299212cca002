// Reads lists, conversations and histories into the model. Whatever is being read already is not read a second time:
// who asks meanwhile waits for the same answer.

const PageSize = 50;
const PageMax = 100;
const PagesAtStart = 4;
const EntriesKept = 300;
const MendMs = 1_500;

export class Reader {
  #api;
  #model;
  #changed;
  #running = new Map();
  #mending = null;
  #next = null;

  constructor({ api, model, changed }) {
    this.#api = api;
    this.#model = model;
    this.#changed = changed;
  }

  isReading(what) { return this.#running.has(what); }

  get hasMoreConversations() { return this.#next !== null; }

  /** Reads the list of conversations from its beginning; returns the ids that it names. */
  async inbox() {
    this.#next = null;
    return this.#inboxFrom(null);
  }

  /** Reads the invitations that wait for an answer. */
  async invitations() {
    this.#model.putInvitations((await this.#api.invitations()).items);
    this.#changed();
  }

  async moreConversations() { await this.#once('inbox', () => this.#inboxFrom(this.#next)); }

  async conversation(id) {
    await this.#once(`conversation ${id}`, async () => this.#model.putView(await this.#api.conversation(id)));
  }

  /** Makes sure that a conversation and its newest entries are here; of the others only the newest stay. */
  async open(id) {
    for (const other of this.#model.conversations.values()) if (other.id !== id) other.timeline.trim(EntriesKept);
    if (!this.#model.conversation(id)?.members) await this.conversation(id);
    const conversation = this.#model.conversation(id);
    if (!conversation || conversation.timeline.loaded) return;
    const limit = Math.min(PageMax, Math.max(PageSize, this.#model.unreadOf(conversation) + 10));
    await this.#once(`open ${id}`, async () => this.#model.putPage(id, await this.#api.history(id, { limit })));
  }

  async older(id) {
    const timeline = this.#model.conversation(id)?.timeline;
    if (!timeline?.loaded || !timeline.hasBefore) return;
    await this.#once(`older ${id}`, async () => this.#model.putPage(id, await this.#api.history(id, { before: timeline.low, limit: PageSize })));
  }

  /** Reads, after a moment in which the missing may still come by itself, what histories shown here lack at their end. */
  mendSoon() {
    if (this.#behind().length === 0) return;
    this.#mending ??= setTimeout(() => {
      this.#mending = null;
      void Promise.all(this.#behind().map((conversation) => this.#mend(conversation))).then(() => this.mendSoon(), () => {});
    }, MendMs);
  }

  stop() { clearTimeout(this.#mending); }

  #behind() {
    return [...this.#model.conversations.values()].filter(({ timeline, lastSeq }) => timeline.loaded && timeline.high < lastSeq);
  }

  async #mend({ id, timeline }) {
    await this.#once(`mend ${id}`, async () => this.#model.putPage(id, await this.#api.history(id, { after: timeline.high, limit: PageMax })));
  }

  async #inboxFrom(after) {
    const ids = new Set();
    for (let page = 0; page < PagesAtStart; page++) {
      const { items, next } = await this.#api.inbox(after, PageMax);
      for (const summary of items) ids.add(this.#model.putSummary(summary).id);
      after = this.#next = next ?? null;
      if (!after) break;
    }
    this.#changed();
    return ids;
  }

  async #once(what, work) {
    if (!this.#running.has(what)) {
      this.#running.set(what, work().finally(() => { this.#running.delete(what); this.#changed(); }));
      this.#changed();
    }
    await this.#running.get(what);
  }
}
