// Jobs that stand in a server's table without a slice that would have enqueued them, and the page that shows them. No
// version runs their kinds, so no silo takes them and they stay as they were put there.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Tab } from './browser.js';
import { eventually } from './eventually.js';
import { password } from './people.js';

let last = 0;

/** Puts rows into the table, the last one as the newest, and tells their ids. A column that is not named has its usual value. */
export async function enqueue(server, ...rows) {
  const whole = rows.map((row) => ({
    id: idInOrder(), key: '', queue: 'tests', state: 'waiting', attempts: 0, cancelling: false, run_at: new Date(), enqueued_at: new Date(), ...row,
  }));
  await server.sql(`INSERT INTO jobs SELECT (json_populate_recordset(NULL::jobs, ${quoted(JSON.stringify(whole))})).*`);
  return whole.map(({ id }) => id);
}

/** A job that has failed in every attempt. */
export function dead(row) { return { state: 'dead', attempts: 10, error: 'It failed.', started_at: new Date(), ended_at: new Date(), ...row }; }

/** Columns of one job, parted by bars. */
export function look(server, id, columns) { return server.sql(`SELECT ${columns} FROM jobs WHERE id = '${id}'`); }

/** What a job bears that a living silo runs. */
export function livingFence(server) { return server.sql('SELECT fence FROM silo_fences LIMIT 1'); }

/** The operator's page in one tab, and what an operator does there. */
export class JobsTab extends Tab {
  async signIn(person) {
    await this.page.getByLabel('Handle').fill(person.handle);
    await this.page.getByLabel('Password').fill(password);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
    await this.page.getByRole('heading', { name: /^(Queues|Jobs are for operators)$/ }).waitFor();
  }

  job(key) { return this.page.locator('.jobs > li', { has: this.page.locator('.key', { hasText: new RegExp(`^${key}$`) }) }); }

  async open(key) {
    await this.job(key).locator('summary').click();
    await this.job(key).getByText('Enqueued').waitFor();
  }

  press(key, name) { return this.job(key).getByRole('button', { name: new RegExp(`^${name}`) }).click(); }

  /** Opens the page anew and narrows the list to a queue, where no other test has its jobs. */
  async look(state, queue) {
    await this.page.reload();
    await this.page.getByRole('combobox', { name: 'State' }).selectOption(state);
    await this.page.getByRole('combobox', { name: 'Queue' }).selectOption(queue);
  }

  keys() { return this.page.locator('.jobs .key').allTextContents(); }

  async shows(...keys) { await eventually(async () => assert.deepEqual(await this.keys(), keys)); }
}

function quoted(text) { return `'${text.replaceAll('\'', '\'\'')}'`; }

/** The list is in the order of ids, and these are made by time (UUID, version 7). */
function idInOrder() {
  last = Math.max(last + 1, Date.now());
  const time = last.toString(16).padStart(12, '0');
  const lot = randomBytes(9).toString('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${lot.slice(0, 3)}-8${lot.slice(3, 6)}-${lot.slice(6)}`;
}
