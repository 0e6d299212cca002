// The frame of the operator's page: who is signed in, the queues, the list and what it is narrowed to, and whether the
// server answers.

import { Unreachable } from '../js/api.js';
import { bdi, h, put } from '../js/view/dom.js';
import { showAccount, showCancel } from './dialogs.js';
import { JobList } from './list.js';
import { QueueTable } from './queues.js';
import { clock, emptiness, states, titleOf } from './words.js';

const ToastMs = 6_000;

export class BoardView {
  #board;
  #toastTimer = null;
  #stopped = false;
  #banner = h('div', { class: 'banner', role: 'status', hidden: true });
  #toast = h('div', { class: 'toast', role: 'status', hidden: true });
  #refreshed = h('p', { class: 'hint' }, 'Loading…');
  #heading = h('h2', { id: 'jobs', tabIndex: -1 }, 'Jobs');
  #empty = h('p', { class: 'empty', hidden: true });
  #state = h('select', { onchange: (e) => this.#choose({ state: e.target.value }) }, states.map((state) => h('option', { value: state }, state)));
  #queue = h('select', { onchange: (e) => this.#choose({ queue: e.target.value }) });
  #newer = h('button', { type: 'button', onclick: () => this.#page(this.#board.newer()) }, 'Newer');
  #older = h('button', { type: 'button', onclick: () => this.#page(this.#board.older()) }, 'Older');
  #pager = h('nav', { class: 'pager', 'aria-label': 'Further jobs' }, this.#newer, this.#older);

  /** @param {{handle: string, another: () => void, signOut: () => void}} person */
  constructor(root, board, person) {
    this.#board = board;
    this.#queues = new QueueTable((queue) => { this.#choose({ state: 'dead', queue }); this.#heading.focus(); });
    this.#list = new JobList(this.#heading, {
      run: (job) => void board.run(job),
      cancel: (job) => this.#holding(showCancel(job, () => board.cancel(job))),
    });
    root.replaceChildren(h('div', { class: 'operator' },
      this.#banner,
      h('header', {},
        h('h1', {}, 'Jobs'),
        h('nav', { 'aria-label': 'Pages' }, h('a', { href: '/' }, 'Conversations'), h('a', { href: '/docs' }, 'API'), h('a', { href: '/dashboard/', onclick: (e) => { e.preventDefault(); void this.#openDashboard(); } }, 'Dashboard')),
        h('button', { class: 'link', type: 'button', 'aria-haspopup': 'dialog', onclick: () => this.#holding(showAccount(person)) }, bdi(`@${person.handle}`))),
      h('main', {},
        h('section', { class: 'sheet', 'aria-labelledby': 'queues' },
          h('div', { class: 'head' }, h('h2', { id: 'queues' }, 'Queues'), this.#refreshed), this.#queues.element),
        h('section', { class: 'sheet', 'aria-labelledby': 'jobs' },
          h('div', { class: 'head' }, this.#heading,
            h('div', { class: 'filters' },
              h('label', { class: 'field' }, h('span', {}, 'State'), this.#state),
              h('label', { class: 'field' }, h('span', {}, 'Queue'), this.#queue))),
          this.#list.element, this.#empty,
          this.#pager)),
      this.#toast));
    board.addEventListener('change', () => this.#draw());
    board.addEventListener('said', (e) => this.#say(e.detail));
    this.#draw();
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#toastTimer);
    document.querySelector('dialog')?.close();
    document.title = 'Jobs · OrleansSocial';
  }

  #queues;
  #list;

  // A browser shows no token when it goes to a page: the server opens the dashboard to it first.
  async #openDashboard() {
    try {
      location.assign((await this.#board.openDashboard()).path);
    } catch (e) {
      this.#say(e.message);
    }
  }

  /** Nothing changes behind a window that asks something. */
  #holding(dialog) {
    this.#board.hold('dialog');
    dialog.addEventListener('close', () => this.#board.release('dialog'));
  }

  #choose(choice) {
    void this.#board.choose(choice);
    const { state, queue } = this.#board;
    history.replaceState(null, '', `?${new URLSearchParams({ ...(state ? { state } : {}), ...(queue ? { queue } : {}) })}`);
    this.#drawFilters();
  }

  async #page(turned) {
    await turned;
    this.#heading.focus();
  }

  #draw() {
    if (this.#stopped) return;
    const board = this.#board;
    this.#drawBanner();
    this.#drawFilters();
    if (!board.jobs) return;
    const dead = board.queues.reduce((sum, queue) => sum + queue.dead, 0);
    document.title = `${dead > 0 ? `(${dead} dead) ` : ''}Jobs · OrleansSocial`;
    put(this.#refreshed, `Refreshed at ${clock(board.refreshedAt)}`);
    this.#queues.render(board.queues);
    this.#list.render(board.jobs, { now: Date.now(), note: board.note });
    this.#empty.hidden = board.jobs.length > 0;
    put(this.#empty, emptiness(board.state, board.queue));
    this.#newer.hidden = !board.hasNewer;
    this.#older.hidden = !board.hasOlder;
    this.#pager.hidden = !board.hasNewer && !board.hasOlder;
  }

  #drawFilters() {
    const { state, queue, queues } = this.#board;
    put(this.#heading, titleOf(state ?? 'all'));
    this.#state.value = state ?? 'all';
    const names = [...new Set([...queues.map((one) => one.queue), ...(queue ? [queue] : [])])].sort();
    if (this.#queue.dataset.names !== JSON.stringify(names)) {
      this.#queue.dataset.names = JSON.stringify(names);
      this.#queue.replaceChildren(h('option', { value: '' }, 'all'), ...names.map((name) => h('option', { value: name }, name)));
    }
    this.#queue.value = queue;
  }

  #drawBanner() {
    const { problem } = this.#board;
    const words = problem instanceof Unreachable ? 'The server cannot be reached.' : problem?.message ?? '';
    if (words && this.#banner.dataset.words !== words) {
      this.#banner.replaceChildren(h('span', {}, words, ' What is shown may be out of date. Trying again…'),
        h('button', { class: 'link', type: 'button', onclick: () => void this.#board.refresh() }, 'Try now'));
    }
    this.#banner.dataset.words = words;
    this.#banner.hidden = !words;
  }

  #say(words) {
    this.#toast.textContent = words;
    this.#toast.hidden = false;
    clearTimeout(this.#toastTimer);
    this.#toastTimer = setTimeout(() => { this.#toast.hidden = true; }, ToastMs);
  }
}
