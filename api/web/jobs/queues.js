// The table of queues: how many jobs each has, and whether it falls behind. On a phone its rows are laid out as grids, which
// would take from them what they are for a screen reader; so their roles are named.

import { bdi, h, icon, reconcile } from '../js/view/dom.js';
import { count, oldest } from './words.js';

export class QueueTable {
  #showDead;
  #body = h('tbody', { role: 'rowgroup' });
  #none = h('p', { class: 'empty', hidden: true }, 'No queue has a job that is still open.');
  #table;

  /** @param {(queue: string) => void} showDead Shows the dead jobs of a queue. */
  constructor(showDead) {
    this.#showDead = showDead;
    const heads = [['Queue', 'Its name'], ['Due', 'Wait for a worker'], ['Later', 'Wait for their time'], ['Running', 'A silo runs them'],
      ['Dead', 'Failed in every attempt'], ['Oldest', 'How long the one that came due first has waited']];
    this.#table = h('table', { role: 'table', class: 'queues', hidden: true, 'aria-labelledby': 'queues' },
      h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, heads.map(([head, title]) => h('th', { role: 'columnheader', scope: 'col', title }, head)))), this.#body);
    this.element = h('div', {}, this.#table, this.#none);
  }

  render(queues) {
    this.#table.hidden = queues.length === 0;
    this.#none.hidden = queues.length > 0;
    reconcile(this.#body, queues, { key: ({ queue }) => queue, stamp: (queue) => JSON.stringify(queue), make: (queue) => this.#row(queue) });
  }

  #row(queue) {
    const cells = [count(queue.due), count(queue.later), count(queue.running), queue.dead > 0 ? this.#dead(queue) : '0', oldest(queue)];
    return h('tr', { role: 'row', class: queue.dead > 0 ? 'ill' : null },
      h('th', { role: 'rowheader', scope: 'row' }, bdi(queue.queue)), cells.map((cell) => h('td', { role: 'cell' }, cell)));
  }

  #dead({ queue, dead }) {
    return h('button', { class: 'dead', type: 'button', data: { part: 'dead' }, onclick: () => this.#showDead(queue) },
      icon('alert'), count(dead), h('span', { class: 'unseen' }, ' dead in ', bdi(queue), ': show them'));
  }
}
