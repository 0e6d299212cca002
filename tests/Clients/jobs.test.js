// The operator's page at /jobs, in Chromium, against a server that names its operator.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { launch, phone } from './browser.js';
import { eventually } from './eventually.js';
import { dead, enqueue, JobsTab, livingFence, look } from './jobs.js';
import { Person } from './people.js';
import { Server } from './server.js';
import { hostileTexts } from './texts.js';

let browser;
let server;
let olga;
before(async () => {
  const handle = `olga_${randomBytes(5).toString('hex')}`;
  server = await Server.start({ settings: { Social__Admins__Handles: handle } });
  olga = await Person.register(server.address, 'olga', handle);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Runs a story in a fresh browser profile that somebody has signed in to, and asks afterwards that the browser had nothing to complain about. */
function story(name, body, { as = () => olga, refused = false, ...options } = {}) {
  test(name, async () => {
    const context = await browser.newContext({ locale: 'en-GB', ...options });
    const tab = new JobsTab(await context.newPage(), server.address);
    try {
      await tab.page.goto(`${server.address}/jobs`);
      await tab.signIn(await as());
      await body(tab);
      assert.deepEqual(tab.complaints.filter((complaint) => !(refused && /^console: Failed to load resource/.test(complaint))), []);
    } catch (e) {
      await tab.picture(`failed-${name.replaceAll(/\W+/g, '-').slice(0, 60)}`).catch(() => {});
      throw e;
    } finally {
      await context.close();
    }
  });
}

story('An operator sees at once what is dead, why, and what each queue has to do', async (tab) => {
  const photo = { kind: 'photo.scaled', queue: 'photos' };
  await enqueue(server,
    { ...photo, key: 'first', run_at: new Date(Date.now() - 3_700_000) }, { ...photo, key: 'second', run_at: new Date(Date.now() + 3_600_000) },
    dead({ ...photo, key: 'third', error: 'No pixels.\n   at Scaler:12', data: { width: 320 } }));

  await tab.page.reload();
  await tab.page.getByRole('heading', { name: 'Dead jobs' }).waitFor();
  await tab.open('third');

  const [queue] = await tab.page.getByRole('row', { name: /photos/ }).allInnerTexts();
  assert.match(queue.replaceAll(/\s+/g, ' '), /^photos 1 1 0 1 dead in photos: show them 1 h 1 min$/);
  assert.match(await tab.job('third').locator('summary').innerText(), /dead[^]*photo\.scaled third[^]*10 attempts · ended/);
  assert.equal(await tab.job('third').getByLabel('Error').textContent(), 'No pixels.\n   at Scaler:12');
  assert.equal(await tab.job('third').getByLabel('Data').textContent(), '{"width": 320}');
  assert.match(await tab.job('third').locator('summary time').getAttribute('title'), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
  assert.match(await tab.title, /^\(\d+ dead\) Jobs/);
});

story('An operator sees what recurs, with its times, and cannot cancel it', async (tab) => {
  await tab.look('all', 'sweeps');

  const sweep = tab.page.locator('.jobs > li', { hasText: 'jobs.swept' });
  await sweep.locator('summary').click();
  await sweep.getByText('11 * * * * (UTC)').waitFor();
  assert.equal(await sweep.getByRole('button', { name: /^Cancel/ }).count(), 0);
});

story('Somebody who is signed in in this browser is known in another tab, and a link leads to what was chosen', async (tab) => {
  await enqueue(server, dead({ kind: 'mail.sent', key: 'to nobody', queue: 'linked' }), { kind: 'mail.sent', key: 'to bob', queue: 'linked' });
  const second = await tab.page.context().newPage();

  await second.goto(`${server.address}/jobs/?state=waiting&queue=linked`);

  await eventually(async () => assert.deepEqual(await second.locator('.jobs .key').allTextContents(), ['to bob']));
});

story('An operator lets a dead job run again, and the page goes on at its neighbour', async (tab) => {
  const [id] = await enqueue(server, dead({ kind: 'mail.sent', key: 'mended', queue: 'again' }), dead({ kind: 'mail.sent', key: 'not mended', queue: 'again' }));
  await tab.look('dead', 'again');
  await tab.shows('not mended', 'mended');

  await tab.page.locator('.jobs > li').nth(1).getByRole('button', { name: /^Run now/ }).click();

  await tab.page.getByText(/mail\.sent .*mended.* runs as soon as a worker is free\./).waitFor();
  await tab.shows('not mended');
  assert.equal(await look(server, id, 'state, attempts'), 'waiting|0');
  assert.equal(await tab.page.evaluate(() => document.activeElement.closest('li')?.querySelector('.key').textContent), 'not mended');
});

story('A job that waits is cancelled once the operator has said so twice', async (tab) => {
  const [id] = await enqueue(server, { kind: 'mail.sent', key: 'unwanted', queue: 'cancelling' });
  await tab.look('all', 'cancelling');

  await tab.press('unwanted', 'Cancel');
  await tab.page.getByRole('button', { name: 'Keep it' }).click();
  assert.equal(await look(server, id, 'state'), 'waiting');
  await tab.press('unwanted', 'Cancel');
  await tab.page.getByRole('button', { name: 'Cancel the job' }).click();

  await tab.job('unwanted').getByText('cancelled', { exact: true }).waitFor();
  assert.equal(await look(server, id, 'state'), 'cancelled');
  assert.equal(await tab.job('unwanted').getByRole('button', { name: /^Cancel/ }).count(), 0);
});

story('A job that runs can be told to stop and not be run beside itself', async (tab) => {
  const [id] = await enqueue(server, { kind: 'film.cut', key: 'long one', queue: 'running', state: 'running', attempts: 1, fence: await livingFence(server) });
  await tab.look('running', 'running');
  await tab.shows('long one');
  assert.equal(await tab.job('long one').getByRole('button', { name: /^Run now/ }).count(), 0);

  await tab.press('long one', 'Cancel');
  await tab.page.getByRole('button', { name: 'Cancel the job' }).click();

  await tab.page.getByText(/long one.* is told to stop\./).waitFor();
  assert.equal(await look(server, id, 'state, cancelling'), 'running|t');
});

story('What the server refuses is said where it was asked', async (tab) => {
  const [gone, begun] = await enqueue(server, { kind: 'mail.sent', key: 'swept away', queue: 'refusing' }, { kind: 'mail.sent', key: 'begun', queue: 'refusing' });
  await tab.look('all', 'refusing');
  await tab.press('swept away', 'Cancel');
  await server.sql(`DELETE FROM jobs WHERE id = '${gone}'`);
  await tab.page.getByRole('button', { name: 'Cancel the job' }).click();
  await tab.page.getByRole('dialog').getByText('There is no such job: it may have ended long ago.').waitFor();
  await tab.page.keyboard.press('Escape');
  await tab.shows('begun');

  await tab.page.route('**/v1/admin/jobs?*', (route) => route.abort());
  await server.sql(`UPDATE jobs SET state = 'running', fence = '${await livingFence(server)}' WHERE id = '${begun}'`);
  await tab.press('begun', 'Run now');

  await tab.job('begun').getByRole('alert').getByText('This job runs at the moment. Cancel it first, or wait for its end.').waitFor();
  await tab.page.unroute('**/v1/admin/jobs?*');
  await tab.job('begun').getByText('running', { exact: true }).waitFor();
}, { refused: true });

story('Somebody who does not operate the system is told how one becomes an operator, and can come again as another', async (tab) => {
  await tab.page.getByRole('heading', { name: 'Jobs are for operators' }).waitFor();
  await tab.page.getByText(/the handle bob_\w+ is to be named in the setting Social:Admins:Handles/).waitFor();
  await tab.checkAccess();
  await tab.checkLayout();

  await tab.page.getByRole('button', { name: 'Sign in as somebody else' }).click();
  await tab.signIn(olga);

  await tab.page.getByRole('heading', { name: 'Queues' }).waitFor();
}, { as: () => Person.register(server.address, 'bob'), refused: true });

story('Texts that are meant to break the page are shown as they are', async (tab) => {
  const texts = Object.values(hostileTexts);
  await enqueue(server, ...texts.map((text, i) => dead({ kind: `hostile.${i}`, key: text, queue: 'hostile', error: text, data: { text } })));
  await tab.look('dead', 'hostile');

  await tab.shows(...texts.toReversed());
  for (const [i, text] of texts.toReversed().entries()) {
    const row = tab.page.locator('.jobs > li').nth(i);
    await row.locator('summary').click();
    assert.equal(await row.getByLabel('Error').textContent(), text);
    assert.equal(JSON.parse(await row.getByLabel('Data').textContent()).text, text);
  }
  assert.equal(await tab.page.locator('.jobs img, .jobs script, pre *, .key *').count(), 0);
  await tab.checkLayout();
});

story('A long list is read in stretches, on and back', async (tab) => {
  await enqueue(server, ...Array.from({ length: 60 }, (_, i) => ({ kind: 'mail.sent', key: `${i}`, queue: 'long' })));
  await tab.look('all', 'long');
  const stretch = (from, to) => Array.from({ length: from - to + 1 }, (_, i) => `${from - i}`);
  await tab.shows(...stretch(59, 35));

  await tab.page.getByRole('button', { name: 'Older' }).click();
  await tab.shows(...stretch(34, 10));
  await tab.page.getByRole('button', { name: 'Older' }).click();
  await tab.shows(...stretch(9, 0));
  assert.equal(await tab.page.getByRole('button', { name: 'Older' }).count(), 0);
  await tab.page.getByRole('button', { name: 'Newer' }).click();
  await tab.shows(...stretch(34, 10));
  await tab.page.getByRole('button', { name: 'Newer' }).click();

  await tab.shows(...stretch(59, 35));
  assert.equal(await tab.page.getByRole('button', { name: 'Newer' }).count(), 0);
});

story('What was opened with the keyboard stays open and keeps the focus while the page refreshes itself', async (tab) => {
  const [id] = await enqueue(server, dead({ kind: 'mail.sent', key: 'watched', queue: 'watched', error: 'First error.' }));
  await tab.look('all', 'watched');
  await tab.job('watched').waitFor();
  await eventually(async () => {
    await tab.page.keyboard.press('Tab');
    assert.equal(await tab.page.evaluate(() => document.activeElement.tagName), 'SUMMARY');
  });
  await tab.page.keyboard.press('Enter');
  await tab.job('watched').getByLabel('Error').getByText('First error.').waitFor();

  await enqueue(server, { kind: 'mail.sent', key: 'newer', queue: 'watched' });
  await server.sql(`UPDATE jobs SET state = 'waiting', error = 'Second error.' WHERE id = '${id}'`);

  await tab.job('watched').getByLabel('Error').getByText('Second error.').waitFor();
  await tab.shows('newer', 'watched');
  assert.equal(await tab.page.evaluate(() => document.activeElement.closest('li').querySelector('.key').textContent), 'watched');
});

for (const [name, options] of Object.entries({
  'In the light on a desktop': { colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  'In the dark on a desktop': { colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  'On a narrow phone': { ...phone, viewport: { width: 360, height: 740 } },
})) {
  story(`${name} the page of jobs is readable and can be used by everyone`, async (tab) => {
    const key = `${name} ${'aVeryLongKeyWithoutSpaces'.repeat(6)}`;
    const queue = 'a-queue-with-a-rather-long-name';
    const states = [{ state: 'done' }, { state: 'cancelled' }, { run_at: new Date(0) }, dead({ error: 'x'.repeat(2_000), data: { x: 'y'.repeat(2_000) } })];
    await enqueue(server, ...states.map((row, i) => ({ ...row, kind: 'mail.sent', key: `${i} ${key}`, queue })));
      await tab.look('all', queue);
    await tab.open(`3 ${key}`);
    await tab.checkLayout();
    await tab.checkAccess();
    await tab.picture(`jobs-${name.replaceAll(' ', '-').toLowerCase()}`);

    for (const button of [/^Cancel/, /^@olga/]) {
      await tab.page.getByRole('button', { name: button }).first().click();
      await tab.page.getByRole('dialog').waitFor();
      await tab.checkAccess();
      await tab.page.keyboard.press('Escape');
    }
  }, options);
}

story('While the server is away the page says so, and it goes on by itself when the server is back', async (tab) => {
  await enqueue(server, dead({ kind: 'mail.sent', key: 'before', queue: 'away' }));
  await tab.look('all', 'away');
  await tab.shows('before');
  await tab.open('before');

  await server.kill();
  await tab.page.getByText('The server cannot be reached.').waitFor();
  await tab.shows('before');
  await server.start();
  await enqueue(server, { kind: 'mail.sent', key: 'afterwards', queue: 'away' });

  await tab.shows('afterwards', 'before');
  await tab.page.getByText('The server cannot be reached.').waitFor({ state: 'hidden' });
  await tab.job('before').getByText('Enqueued').waitFor();
}, { refused: true });
