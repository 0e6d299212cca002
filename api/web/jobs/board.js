// What the operator's page knows: the queues, one stretch of the list, and whether the server answers. It reads them again
// and again unless something holds it. The document is not touched here.

import { Refused } from '../js/api.js';
import { firstState, nameOf } from './words.js';

const EveryMs = 5_000;
const JobsMax = 25;

export class Board extends EventTarget {
  #api;
  #everyMs;
  #place = {};
  #held = new Set(['not started']);
  #turn = 0;
  #timer = null;

  /** What was chosen before: the state is null until the first answer says which one is of use. */
  constructor({ api, state = null, queue = '', everyMs = EveryMs }) {
    super();
    this.state = state;
    this.queue = queue;
    this.queues = [];
    this.jobs = null;
    this.hasNewer = this.hasOlder = false;
    this.refreshedAt = null;
    this.problem = null;
    this.note = null;
    this.#api = api;
    this.#everyMs = everyMs;
  }

  start() { this.release('not started'); }

  stop() { this.hold('stopped'); }

  /** Nothing is read, and no answer that is on its way counts, until every reason is released. */
  hold(reason) {
    this.#held.add(reason);
    this.#turn++;
    clearTimeout(this.#timer);
  }

  release(reason) { if (this.#held.delete(reason)) void this.refresh(); }

  /** Narrows the list, which begins anew. */
  choose({ state = this.state, queue = this.queue }) {
    [this.state, this.queue] = [state, queue];
    return this.#turnTo({});
  }

  older() { return this.#turnTo({ after: this.#next }); }

  newer() { return this.#turnTo({ before: this.#previous }); }

  /** Lets a job run now; what the server has against it is noted at the job. */
  async run(job) {
    this.note = null;
    try {
      await this.#api.runJob(job.id);
      this.#say(`${nameOf(job)} runs as soon as a worker is free.`);
    } catch (e) {
      this.note = { id: job.id, words: e.message };
      this.#changed();
    }
    await this.refresh();
  }

  /** Throws what the server has against it. */
  async cancel(job) {
    this.note = null;
    await this.#api.cancelJob(job.id);
    this.#say(job.state === 'running' ? `${nameOf(job)} is told to stop.` : `${nameOf(job)} is cancelled.`);
  }

  /** Lets this browser go to the engine's dashboard; throws what the server has against it. */
  openDashboard() { return this.#api.openDashboard(); }

  /** Reads everything now, and again in a while. */
  async refresh() {
    clearTimeout(this.#timer);
    if (this.#held.size > 0) return;
    const turn = ++this.#turn;
    let waitMs = this.#everyMs;
    try {
      const { items: queues } = await this.#api.jobQueues();
      const state = this.state ?? firstState(queues);
      const { page, place } = await this.#read(state, this.#place);
      if (turn !== this.#turn) return;
      Object.assign(this, { queues, state, jobs: page.items, hasNewer: Boolean(page.previous), hasOlder: Boolean(page.next), refreshedAt: Date.now(), problem: null });
      [this.#place, this.#next, this.#previous] = [place, page.next, page.previous];
      this.#keepNote();
    } catch (e) {
      if (turn !== this.#turn) return;
      this.problem = e;
      waitMs = Math.max(waitMs, (e.retryAfterSeconds ?? 0) * 1000);
      if (e instanceof Refused && e.status === 403) this.dispatchEvent(new Event('forbidden'));
    }
    if (turn === this.#turn) this.#timer = setTimeout(() => void this.refresh(), waitMs);
    this.#changed();
  }

  #next = null;
  #previous = null;

  #turnTo(place) {
    this.#place = place;
    this.note = null;
    return this.refresh();
  }

  // Where a stretch has run empty or has come back to the newest, and where its cursor is not known any more, the list is
  // read from its beginning: there what is new is seen.
  async #read(state, place) {
    const page = await this.#api.jobs({ state: state === 'all' ? null : state, queue: this.queue || null, limit: JobsMax, ...place }).catch((e) => {
      if (e.code === 'request.bad_cursor') return null;
      throw e;
    });
    const begins = !place.after && !place.before;
    if (page && (begins || (page.items.length > 0 && !(place.before && !page.previous)))) return { page, place };
    if (begins) throw new Refused({ status: 400, code: 'request.bad_cursor' });
    return this.#read(state, {});
  }

  // A note whose job has left the list is said instead, or nobody would read it.
  #keepNote() {
    if (!this.note || this.jobs.some(({ id }) => id === this.note.id)) return;
    this.#say(this.note.words);
    this.note = null;
  }

  #say(words) { this.dispatchEvent(new CustomEvent('said', { detail: words })); }

  #changed() { this.dispatchEvent(new Event('change')); }
}
