import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refused, Unreachable } from '../../../api/web/js/api.js';
import { Board } from '../../../api/web/jobs/board.js';
import { eventually } from '../eventually.js';

const job = (id, more = {}) => ({ id, kind: 'mail.sent', key: id, state: 'waiting', ...more });

/** The server as the page asks it. What it answers to the next requests for the list stands in `pages`; afterwards it repeats the last. */
class Api {
  asked = [];
  acted = [];
  queues = [{ queue: 'mail', due: 0, later: 0, running: 0, dead: 0, oldestSeconds: 0 }];
  pages = [{ items: [] }];
  fault = null;

  async jobQueues() {
    if (this.fault) throw this.fault;
    return { items: this.queues };
  }

  async jobs(ask) {
    this.asked.push(ask);
    const page = this.pages.length > 1 ? this.pages.shift() : this.pages[0];
    if (page instanceof Error) throw page;
    return page;
  }

  async runJob(id) { await this.#act('run', id); }

  async cancelJob(id) { await this.#act('cancel', id); }

  async #act(what, id) {
    if (this.fault) throw this.fault;
    this.acted.push([what, id]);
  }

  get last() { return this.asked.at(-1); }
}

async function started(api, options = {}) {
  const board = new Board({ api, everyMs: 60_000, ...options });
  const said = [];
  board.addEventListener('said', (e) => said.push(e.detail));
  board.start();
  await eventually(() => assert.ok(board.refreshedAt || board.problem));
  return { board, said };
}

test('Where nothing was chosen, the first answer decides: the dead if there are any', async () => {
  const api = new Api();
  api.queues[0].dead = 1;

  const { board } = await started(api);

  assert.equal(board.state, 'dead');
  assert.deepEqual(api.last, { state: 'dead', queue: null, limit: 25 });
  board.stop();
});

test('What was chosen is asked for, and a choice begins the list anew', async () => {
  const api = new Api();
  api.pages = [{ items: [job('b')], next: 'after b' }];
  const { board } = await started(api, { state: 'all', queue: 'mail' });
  await board.older();
  assert.deepEqual(api.last, { state: null, queue: 'mail', limit: 25, after: 'after b' });

  await board.choose({ state: 'waiting' });

  assert.deepEqual(api.last, { state: 'waiting', queue: 'mail', limit: 25 });
  board.stop();
});

test('Back at the newest, and where a stretch has run empty, the list is read from its beginning', async () => {
  for (const answer of [{ items: [job('b')], next: 'after b' }, { items: [] }, new Refused({ status: 400, code: 'request.bad_cursor' })]) {
    const api = new Api();
    api.pages = [{ items: [job('c')], next: 'after c', previous: 'before c' }];
    const { board } = await started(api);
    api.pages = [answer, { items: [job('d')] }];

    await board.newer();

    assert.equal(api.asked.at(-2).before, 'before c');
    assert.deepEqual(api.last, { state: null, queue: null, limit: 25 });
    assert.deepEqual(board.jobs, [job('d')]);
    board.stop();
  }
});

test('The list is read again and again, also after the server was away', async () => {
  const api = new Api();
  api.fault = new Unreachable();
  const { board } = await started(api, { everyMs: 5 });
  assert.ok(board.problem instanceof Unreachable);
  assert.equal(board.jobs, null);

  api.fault = null;
  await eventually(() => assert.ok(api.asked.length > 3));

  assert.equal(board.problem, null);
  assert.deepEqual(board.jobs, []);
  board.stop();
});

test('While something holds the page nothing is read, and what is on its way does not count', async () => {
  const api = new Api();
  const { board } = await started(api, { everyMs: 5 });
  api.pages = [{ items: [job('late')] }];
  const onItsWay = board.refresh();
  board.hold('dialog');
  board.hold('hidden');
  await onItsWay;
  assert.deepEqual(board.jobs, []);

  const before = api.asked.length;
  await board.refresh();
  board.release('dialog');
  assert.equal(api.asked.length, before);
  board.release('hidden');

  await eventually(() => assert.deepEqual(board.jobs, [job('late')]));
  board.stop();
});

test('An answer to an earlier choice does not replace that of a later one', async () => {
  const api = new Api();
  const { board } = await started(api);
  api.pages = [{ items: [job('waiting')] }, { items: [job('dead')] }];
  let go;
  const slow = new Promise((resolve) => { go = resolve; });
  const jobQueues = api.jobQueues.bind(api);
  api.jobQueues = async () => { api.jobQueues = jobQueues; await slow; return jobQueues(); };

  const first = board.choose({ state: 'dead' });
  await board.choose({ state: 'waiting' });
  go();
  await first;

  assert.deepEqual([board.state, board.jobs], ['waiting', [job('waiting')]]);
  board.stop();
});

test('What is done is said, and what is refused is noted at the job for as long as it is shown', async () => {
  const api = new Api();
  api.pages = [{ items: [job('a')] }];
  const { board, said } = await started(api);

  await board.run(job('a'));
  api.runJob = async () => { throw new Refused({ status: 409, code: 'jobs.runs', detail: 'This job runs at the moment.' }); };
  await board.run(job('a'));
  assert.deepEqual(board.note, { id: 'a', words: 'This job runs at the moment.' });
  api.pages = [{ items: [] }];
  await board.refresh();

  assert.equal(board.note, null);
  assert.deepEqual(api.acted, [['run', 'a']]);
  assert.deepEqual(said, ['mail.sent \u2068a\u2069 runs as soon as a worker is free.', 'This job runs at the moment.']);
  board.stop();
});

test('A job is cancelled with the words for what becomes of it, and a refusal is whoever\'s who asked', async () => {
  const api = new Api();
  const { board, said } = await started(api);

  await board.cancel(job('a'));
  await board.cancel(job('b', { state: 'running' }));
  api.fault = new Refused({ status: 404, code: 'jobs.not_found', detail: 'There is no such job.' });
  await assert.rejects(board.cancel(job('c')), /There is no such job/);

  assert.deepEqual(said, ['mail.sent \u2068a\u2069 is cancelled.', 'mail.sent \u2068b\u2069 is told to stop.']);
  board.stop();
});

test('Who may not see jobs is told apart from a server that has trouble', async () => {
  const api = new Api();
  api.fault = new Refused({ status: 503, code: 'service.unavailable', detail: 'Not now.' });
  const { board } = await started(api);
  let forbidden = 0;
  board.addEventListener('forbidden', () => { forbidden++; board.stop(); });
  assert.equal(board.problem.message, 'Not now.');

  api.fault = new Refused({ status: 403, code: 'identity.not_an_admin' });
  await board.refresh();

  assert.equal(forbidden, 1);
});
