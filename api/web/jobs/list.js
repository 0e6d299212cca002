// The list of jobs. A job's element stays for as long as the job is shown and changes in place, so that what was opened
// stays open, and what has the focus or is selected keeps it.

import { bdi, h, hidden, put, reconcile } from '../js/view/dom.js';
import { attempts, canCancel, canRun, glimpse, local, moment, nameOf, stateOf, utc } from './words.js';

export class JobList {
  #fallback;
  #actions;
  #rows = new Map();

  /**
   * @param {HTMLElement} fallback Gets the focus when what had it is gone and nothing is left.
   * @param {{run: (job: object) => void, cancel: (job: object) => void}} actions
   */
  constructor(fallback, actions) {
    this.#fallback = fallback;
    this.#actions = actions;
    this.element = h('ul', { class: 'jobs', 'aria-labelledby': 'jobs' });
  }

  render(jobs, { now, note }) {
    const focused = document.activeElement;
    const place = [...this.element.children].findIndex((row) => row.contains(focused));
    reconcile(this.element, jobs, { key: ({ id }) => id, stamp: () => '', make: (job) => this.#make(job) });
    const shown = new Set(jobs.map(({ id }) => id));
    for (const id of this.#rows.keys()) if (!shown.has(id)) this.#rows.delete(id);
    for (const job of jobs) this.#rows.get(job.id).render(job, { now, words: note?.id === job.id ? note.words : '' });
    if (place >= 0 && (!focused.isConnected || focused.closest('[hidden]'))) this.#focus(Math.min(place, jobs.length - 1));
  }

  #make(job) {
    const row = new JobRow(job, this.#actions);
    this.#rows.set(job.id, row);
    return row.element;
  }

  #focus(place) { (this.element.children[place]?.querySelector('summary') ?? this.#fallback).focus(); }
}

class JobRow {
  #job;
  #state = h('span', {});
  #attempts = h('span', {});
  #word = h('span', {});
  #time = h('time', {});
  #glimpse = h('span', { class: 'glimpse', dir: 'auto' });
  #error = h('pre', { role: 'group', 'aria-label': 'Error', tabindex: '0', dir: 'auto' });
  #errorPart = h('div', { class: 'part' }, h('h3', { 'aria-hidden': 'true' }, 'Error'), this.#error);
  #note = h('p', { class: 'error', role: 'alert' });
  #facts = {
    queue: fact('Queue'), cron: fact('Recurs'), attempts: fact('Attempts'), enqueued: fact('Enqueued'), runs: fact('Not before'), began: fact('Began'), ended: fact('Ended'),
    id: fact('Id'),
  };
  #run;
  #cancel;

  /** Its kind, key and data are for ever. */
  constructor(job, { run, cancel }) {
    const { kind, key, data } = job;
    this.#run = h('button', { type: 'button', onclick: () => run(this.#job) }, 'Run now', hidden(` ${nameOf(job)}`));
    this.#cancel = h('button', { class: 'danger', type: 'button', 'aria-haspopup': 'dialog', onclick: () => cancel(this.#job) }, 'Cancel', hidden(` ${nameOf(job)}`));
    this.element = h('li', {},
      h('details', {},
        h('summary', {},
          this.#state,
          h('span', { class: 'which' }, h('b', {}, bdi(kind)), ' ', key ? h('bdi', { class: 'key' }, key) : null),
          h('span', { class: 'when' }, this.#attempts, ' · ', this.#word, ' ', this.#time),
          this.#glimpse),
        h('dl', {}, Object.values(this.#facts).map(({ element }) => element)),
        this.#errorPart,
        data ? h('div', { class: 'part' }, h('h3', { 'aria-hidden': 'true' }, 'Data'),
          h('pre', { role: 'group', 'aria-label': 'Data', tabindex: '0', dir: 'auto' }, data)) : null),
      h('div', { class: 'actions' }, this.#run, this.#cancel),
      this.#note);
  }

  render(job, { now, words }) {
    this.#job = job;
    this.element.dataset.state = job.state;
    this.#state.className = `state ${job.state}`;
    put(this.#state, stateOf(job));
    put(this.#attempts, job.cron ? `recurs ${job.cron}` : attempts(job.attempts));
    const [word, at] = moment(job);
    put(this.#word, word);
    putTime(this.#time, at, now);
    put(this.#glimpse, glimpse(job.error));
    put(this.#error, job.error ?? '');
    this.#errorPart.hidden = !job.error;
    put(this.#note, words);
    this.#run.hidden = !canRun(job);
    this.#cancel.hidden = !canCancel(job);
    this.#facts.queue.put(job.queue);
    this.#facts.cron.put(job.cron && `${job.cron} (UTC)`);
    this.#facts.attempts.put(String(job.attempts));
    this.#facts.enqueued.putTime(job.enqueuedAt, now);
    this.#facts.runs.putTime(job.runAt, now);
    this.#facts.began.putTime(job.startedAt, now);
    this.#facts.ended.putTime(job.endedAt, now);
    this.#facts.id.put(job.id);
  }
}

/** A caption with what belongs to it; both are hidden while there is nothing. */
function fact(caption) {
  const value = h('dd', {});
  const element = h('div', {}, h('dt', {}, caption), value);
  const time = h('time', {});
  return {
    element,
    put(text) { element.hidden = !text; put(value, text ?? ''); },
    putTime(at, now) {
      element.hidden = !at;
      if (!time.parentNode) value.append(time);
      if (at) putTime(time, at, now);
    },
  };
}

function putTime(element, at, now) {
  element.dateTime = at;
  element.title = utc(at);
  put(element, local(at, now));
}
