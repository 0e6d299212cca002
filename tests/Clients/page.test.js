// The page at /, in Chromium, against the real process.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { launch, phone, Tab } from './browser.js';
import { eventually } from './eventually.js';
import { password, Person } from './people.js';
import { sharedAddress } from './server.js';
import { hostileTexts } from './texts.js';

const address = sharedAddress();
let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

const people = (...names) => Promise.all(names.map((name) => Person.register(address, name)));

/** Runs a story in a fresh browser profile and asks afterwards that the browser had nothing to complain about. */
function story(name, body, options = {}) {
  test(name, async () => {
    const context = await browser.newContext({ locale: 'en-GB', ...options });
    const tabs = [];
    try {
      await body({ tab: async () => { const tab = await Tab.open(context, address); tabs.push(tab); return tab; } });
      assert.deepEqual(tabs.flatMap((tab) => tab.complaints), []);
    } catch (e) {
      for (const [i, tab] of tabs.entries()) await tab.picture(`failed-${name.replaceAll(/\W+/g, '-').slice(0, 60)}-${i}`).catch(() => {});
      throw e;
    } finally {
      await context.close();
    }
  });
}

story('Somebody opens an account and is told what to do first', async ({ tab }) => {
  const page = (await tab()).page;
  const handle = `dave_${randomBytes(4).toString('hex')}`;

  await page.getByRole('button', { name: 'I have no account yet' }).click();
  await page.getByLabel('Handle').fill(handle);
  await page.getByLabel('Name that others see').fill('Dave');
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Open account' }).click();

  await page.getByText('No conversations yet').waitFor();
  await page.getByText(`@${handle}`).waitFor();
});

test('A wrong password and a taken handle are said in words, and the form stays', async () => {
  const [alice] = await people('alice');
  const context = await browser.newContext();
  const { page } = await Tab.open(context, address);

  await page.getByLabel('Handle').fill(alice.handle);
  await page.getByLabel('Password').fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('The handle or the password is wrong.').waitFor();
  await page.getByRole('button', { name: 'I have no account yet' }).click();
  await page.getByRole('button', { name: 'Open account' }).click();
  await page.getByText('This handle is taken').waitFor();

  assert.equal(await page.getByLabel('Handle').inputValue(), alice.handle);
  await context.close();
});

story('Two tabs of one browser are two people who chat: typing, unread, seen', async ({ tab }) => {
  const [alice, bob] = await people('alice', 'bob');
  const a = await tab();
  await a.signIn(alice);
  const b = await tab();
  await b.page.getByRole('button', { name: 'Account' }).click();
  await b.page.getByRole('button', { name: 'Use this tab as somebody else' }).click();
  await b.signIn(bob);

  await a.page.bringToFront();
  await a.startWith(bob.handle);
  await a.write('Hello Bob!');
  await a.sent('Hello Bob!');
  await b.line('Alice').getByText('Hello Bob!').waitFor();
  await eventually(async () => assert.match(await b.title, /^\(1\) /));

  await b.page.bringToFront();
  await b.openRoom('Alice');
  await eventually(async () => assert.equal(await b.title, 'OrleansSocial'));
  await a.message('Hello Bob!').getByText('Seen', { exact: true }).waitFor();
  await b.input.pressSequentially('Hi');
  await a.page.getByText('Bob is writing…').waitFor();
  await b.page.keyboard.press('Enter');

  await a.message('Hi').waitFor();
  assert.deepEqual(await a.texts(), ['Hello Bob!', 'Hi']);
  assert.deepEqual(await b.texts(), ['Hello Bob!', 'Hi']);
  await a.page.getByText('online', { exact: true }).waitFor();
});

story('Somebody who goes is shown as gone', async ({ tab }) => {
  const [alice, bob] = await people('alice', 'bob');
  const room = await alice.direct(bob);
  await alice.send(room, 'hello');
  const a = await tab();
  await a.signIn(alice);
  await a.openRoom('Bob');
  const b = await bob.live();
  await a.page.getByText('online', { exact: true }).waitFor();

  await b.stop();

  await a.page.getByText('online', { exact: true }).waitFor({ state: 'detached' });
});

story('Scrolling up brings the whole history and keeps the place of who reads', async ({ tab }) => {
  const [alice, bob] = await people('alice', 'bob');
  const room = await alice.direct(bob);
  for (let i = 1; i <= 130; i++) await alice.send(room, `message number ${i}.`);
  const b = await tab();
  await b.signIn(bob);
  await b.openRoom('Alice');
  await b.message('message number 130.').waitFor();
  assert.ok((await b.texts()).length < 130);

  const scroller = b.page.locator('.messages');
  const [text, placed] = await scroller.evaluate((element) => {
    element.scrollTop = 120;
    const first = element.querySelector('.message');
    return [first.querySelector('.text').textContent, Math.round(first.getBoundingClientRect().top)];
  });
  await eventually(async () => assert.ok((await b.texts())[0] !== text));
  const found = await scroller.evaluate((element, wanted) => {
    const same = [...element.querySelectorAll('.message')].find((message) => message.querySelector('.text').textContent === wanted);
    return Math.round(same.getBoundingClientRect().top);
  }, text);
  assert.ok(Math.abs(found - placed) <= 2, `moved from ${placed} to ${found}`);

  await eventually(async () => {
    await scroller.evaluate((element) => { element.scrollTop = 0; });
    assert.equal((await b.texts())[0], 'message number 1.');
  });
  await b.page.getByText('This is where the conversation begins.').waitFor();
  assert.deepEqual(await b.texts(), Array.from({ length: 130 }, (_, i) => `message number ${i + 1}.`));
});

story('What is new is marked, and what one wrote oneself is not unread', async ({ tab }) => {
  const [alice, bob] = await people('alice', 'bob');
  const room = await alice.direct(bob);
  await alice.send(room, 'seen before');
  const { seq } = await bob.send(room, 'mine');
  await bob.call('PUT', `/v1/conversations/${room}/read`, { seq });
  await alice.send(room, 'the new one');
  await alice.send(room, 'another new one');
  const b = await tab();
  await b.signIn(bob);
  await b.line('Alice').getByText('2 unread').waitFor();
  await b.openRoom('Alice');

  await b.message('the new one').first().waitFor();
  assert.deepEqual((await b.page.locator('.entries > li:not(.day)').allInnerTexts()).map((text) => text.split('\n').find((line) => /^(New|seen before|mine|the new one|another)/.test(line))),
    ['seen before', 'mine', 'New', 'the new one', 'another new one']);
  await b.write('my answer');
  await b.sent('my answer');
  await b.page.reload();
  await b.message('my answer').waitFor();

  assert.equal(await b.page.locator('.badge').count(), 0);
  await eventually(async () => assert.equal((await bob.call('GET', '/v1/conversations')).items[0].unread, 0));
});

story('Who reads further up is not pulled down by a new message, and one button leads to it', async ({ tab }) => {
  const [alice, bob] = await people('alice', 'bob');
  const room = await alice.direct(bob);
  for (let i = 1; i <= 45; i++) await alice.send(room, `message number ${i}.`);
  const b = await tab();
  await b.signIn(bob);
  await b.openRoom('Alice');
  await b.message('message number 45.').waitFor();
  const scroller = b.page.locator('.messages');
  await scroller.evaluate((element) => { element.scrollTop = 500; });
  await b.page.getByRole('button', { name: 'Go to the newest message' }).waitFor();

  await alice.send(room, 'the newest of all');
  await b.message('the newest of all').waitFor();
  assert.equal(await scroller.evaluate((element) => Math.round(element.scrollTop)), 500);
  await b.page.getByRole('button', { name: 'Go to the newest message' }).click();

  await eventually(async () => assert.ok(await scroller.evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight < 2)));
});

story('A message is changed with the keyboard and deleted with the mouse, for everyone', async ({ tab }) => {
  const [alice, bob] = await people('alice', 'bob');
  await alice.send(await alice.direct(bob), 'first');
  const a = await tab();
  await a.signIn(alice);
  await a.openRoom('Bob');
  await a.write('helo');
  await a.sent('helo');

  await a.input.focus();
  await a.page.keyboard.press('ArrowUp');
  await eventually(async () => assert.equal(await a.input.inputValue(), 'helo'));
  await a.input.fill('hello');
  await a.page.keyboard.press('Enter');
  await a.message('hello').getByText('edited').waitFor();
  await a.message('first').hover();
  await a.message('first').getByRole('button', { name: /^Change your message/ }).click();
  await a.page.getByRole('button', { name: 'Delete for everyone' }).click();
  await a.message('Message deleted').waitFor();

  const entries = (await bob.history((await bob.call('GET', '/v1/conversations')).items[0].id)).entries.filter((e) => e.kind === 'text');
  assert.deepEqual(entries.map((e) => e.text), ['', 'hello']);
});

story('A group is made, grows, is renamed and left', async ({ tab }) => {
  const [alice, bob, carol] = await people('alice', 'bob', 'carol');
  const a = await tab();
  await a.signIn(alice);

  await a.page.getByRole('button', { name: 'New conversation' }).click();
  await a.page.getByLabel('Title').fill('Saturday');
  await a.page.getByLabel('Handles of the others').fill(`@${bob.handle}`);
  await a.page.getByRole('button', { name: 'Make the group' }).click();
  await a.page.getByText('2 members').waitFor();
  await a.page.getByRole('button', { name: 'Members of the group' }).click();
  await a.page.getByLabel('Add by handle').fill(carol.handle);
  await a.page.getByRole('button', { name: 'Add', exact: true }).click();
  await a.page.getByRole('dialog').getByText(`@${carol.handle}`).waitFor();
  await a.page.getByLabel('Title').fill('Sunday');
  await a.page.getByRole('button', { name: 'Rename' }).click();
  await a.line('Sunday').waitFor();
  await a.page.keyboard.press('Escape');
  await a.write('Who is coming?');
  await a.sent('Who is coming?');
  await a.picture('group');
  await a.page.getByRole('button', { name: 'Members of the group' }).click();
  await a.page.getByRole('button', { name: 'Leave the group' }).click();

  await a.page.getByText('No conversations yet').waitFor();
  const [line] = (await carol.call('GET', '/v1/conversations')).items;
  assert.deepEqual([line.title, line.memberCount], ['Sunday', 2]);
});

story('Who wants to be asked is invited to a group, declines one and joins another', async ({ tab }) => {
  const [alice, bob] = await people('alice', 'bob');
  const b = await tab();
  await b.signIn(bob);
  await b.page.getByRole('button', { name: 'Account' }).click();
  await b.page.getByLabel('Ask me before others put me into a group').check();
  await eventually(async () => assert.equal((await bob.call('GET', '/v1/me/joining')).joining, 'asked'));
  await b.page.keyboard.press('Escape');

  await alice.group('Walk', bob);
  await alice.group('Swim', bob);
  await b.page.getByRole('button', { name: 'Join Swim' }).waitFor();
  await b.page.getByText('Alice invites you').first().waitFor();
  await b.checkLayout();
  await b.picture('invitations');
  await b.page.getByRole('button', { name: 'Decline Swim' }).click();
  await b.page.getByRole('button', { name: 'Join Swim' }).waitFor({ state: 'detached' });
  await b.page.getByRole('button', { name: 'Join Walk' }).click();

  await b.page.getByRole('heading', { name: 'Walk' }).waitFor();
  await b.page.getByText('You joined').waitFor();
  assert.equal(await b.page.locator('.invitations li').count(), 0);
  await b.page.reload();
  await b.page.getByRole('heading', { name: 'Walk' }).waitFor();
  assert.equal(await b.page.locator('.invitations li').count(), 0);
});

story('An admin makes another, closes the history to newcomers and takes an invitation back', async ({ tab }) => {
  const [alice, bob, carol] = await people('alice', 'bob', 'carol');
  await carol.call('PUT', '/v1/me/joining', { joining: 'asked' });
  const room = await alice.group('Walk', bob, carol);
  const a = await tab();
  await a.signIn(alice);
  await a.openRoom('Walk');
  const b = await tab();
  await b.page.getByRole('button', { name: 'Account' }).click();
  await b.page.getByRole('button', { name: 'Use this tab as somebody else' }).click();
  await b.signIn(bob);
  await b.openRoom('Walk');

  await a.page.bringToFront();
  await a.page.getByRole('button', { name: 'Members of the group' }).click();
  await a.page.getByText(`@${carol.handle} · invited`).waitFor();
  await a.page.getByRole('button', { name: 'Make admin Bob' }).click();
  await a.page.getByRole('button', { name: 'Unmake admin Bob' }).waitFor();
  await a.page.getByLabel('Newcomers may read what was said before').uncheck();
  await a.picture('group-roles');
  await a.page.getByRole('button', { name: 'Take back the invitation of Carol' }).click();
  await a.page.getByText(`@${carol.handle} · invited`).waitFor({ state: 'detached' });

  await b.page.bringToFront();
  await b.page.getByText('Alice made you an admin').waitFor();
  await b.page.getByText('Alice kept what was said before from newcomers').waitFor();
  const view = await bob.call('GET', `/v1/conversations/${room}`);
  assert.deepEqual([view.history, view.members.map((m) => m.role)], ['sinceJoining', ['admin', 'admin']]);
  assert.deepEqual((await carol.call('GET', '/v1/invitations')).items, []);
});

story('Whatever is written is shown as the text that it is', async ({ tab }) => {
  const [alice, bob] = await people('alice', 'bob');
  const room = await alice.direct(bob);
  for (const text of Object.values(hostileTexts)) await alice.send(room, text);
  const b = await tab();
  await b.signIn(bob);
  await b.openRoom('Alice');

  await eventually(async () => assert.deepEqual(await b.texts(), Object.values(hostileTexts)));
  await b.checkLayout();
  assert.equal(await b.page.locator('.text *').count(), 0);
  await eventually(async () => assert.equal(await b.title, 'OrleansSocial'));
  await b.page.locator('.messages').evaluate((element) => { element.scrollTop = 0; });
  await b.picture('hostile-texts');
});

story('A name with markup is a name', async ({ tab }) => {
  const handle = `eve_${randomBytes(4).toString('hex')}`;
  const displayName = '<b>Eve</b> & "eve"';
  const [bob] = await people('bob');
  const response = await fetch(`${address}/v1/auth/register`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ handle, displayName, password }),
  });
  assert.ok(response.ok);
  const eve = new Person(address, await response.json());
  await eve.send(await eve.direct(bob), 'hello');
  const b = await tab();
  await b.signIn(bob);

  await b.page.getByRole('link', { name: /Eve/ }).click();
  await b.page.getByRole('heading', { name: displayName }).waitFor();

  assert.equal(await b.page.locator('h2 *').count(), 0);
});

story('Everything can be done with the keyboard alone', async ({ tab }) => {
  const [alice, bob] = await people('alice', 'bob');
  await alice.send(await alice.direct(bob), 'hello');
  const b = await tab();
  const { page } = b;

  await page.getByLabel('Handle').press('Control+A');
  await page.keyboard.type(bob.handle);
  await page.keyboard.press('Tab');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  await b.line('Alice').waitFor();
  const focused = () => page.evaluate(() => document.activeElement.getAttribute('href') ?? '');
  await eventually(async () => {
    await page.keyboard.press('Tab');
    assert.match(await focused(), /^#\/c\//);
  });
  await page.keyboard.press('Enter');
  await b.message('hello').waitFor();
  await eventually(async () => assert.equal(await page.evaluate(() => document.activeElement.tagName), 'TEXTAREA'));
  await page.keyboard.type('good morning');
  await page.keyboard.press('Enter');

  await b.sent('good morning');
});

story('On a phone there is one thing at a time, readable and within the window', async ({ tab }) => {
  const [alice, bob] = await people('alice', 'bob');
  const room = await alice.direct(bob);
  await alice.send(room, 'A longer text that needs more than one line on a narrow screen, with aVeryLongWordThatCannotBeBrokenAnywhereByItselfBecauseItHasNoSpaces.');
  await bob.send(room, 'Short.');
  const b = await tab();
  await b.checkLayout();
  await b.picture('phone-sign-in');
  await b.signIn(bob);
  await b.line('Alice').waitFor();
  await b.checkLayout();
  await b.picture('phone-list');

  await b.line('Alice').tap();
  await b.message('Short.').waitFor();
  await b.checkLayout();
  await b.picture('phone-conversation');
  assert.equal(await b.line('Alice').isVisible(), false);
  await b.page.getByRole('link', { name: 'All conversations' }).tap();

  await b.line('Alice').waitFor();
}, phone);

for (const colorScheme of ['light', 'dark']) {
  story(`In ${colorScheme} everything is readable and can be used by everyone`, async ({ tab }) => {
    const [alice, bob] = await people('alice', 'bob');
    const room = await alice.direct(bob);
    await alice.send(room, 'Shall we meet at noon?');
    await bob.send(room, 'Yes, at the station.');
    await alice.group('Saturday walk', bob);
    const a = await tab();
    await a.checkAccess();
    await a.picture(`${colorScheme}-sign-in`);
    await a.page.getByRole('button', { name: 'I have no account yet' }).click();
    await a.checkAccess();
    await a.page.getByRole('button', { name: 'I have an account already' }).click();
    await a.signIn(alice);
    await a.checkAccess();
    await a.openRoom('Bob');
    await a.message('Yes, at the station.').waitFor();

    await a.checkLayout();
    await a.checkAccess();
    await a.picture(`${colorScheme}-conversation`);
    for (const [button, heading] of [['New conversation', 'New conversation'], ['Account', `@${alice.handle}`], [/^Change your message/, 'Your message']]) {
      await a.page.getByRole('button', { name: button }).click();
      await a.page.getByRole('heading', { name: heading }).waitFor();
      await a.checkAccess();
      await a.picture(`${colorScheme}-${heading.replace(/^@.*/, 'account').replaceAll(' ', '-').toLowerCase()}`);
      await a.page.keyboard.press('Escape');
    }
    await a.openRoom('Saturday walk');
    await a.page.getByRole('button', { name: 'Members of the group' }).click();
    await a.page.getByLabel('Add by handle').waitFor();
    await a.checkAccess();
    await a.picture(`${colorScheme}-group`);
    const ground = await a.page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number));
    assert.equal(ground[0] > 128, colorScheme === 'light');
  }, { colorScheme, viewport: { width: 1200, height: 800 } });
}

story('A text that the server refuses stays in sight with the reason, and comes back to be changed', async ({ tab }) => {
  const [alice, bob] = await people('alice', 'bob');
  await alice.send(await alice.direct(bob), 'hello');
  const a = await tab();
  await a.signIn(alice);
  await a.openRoom('Bob');

  await a.write('much '.repeat(10_000));
  await a.page.getByText('The text is longer than this server takes').waitFor();
  await a.write('short');
  await a.sent('short');
  await a.page.getByRole('button', { name: 'Take it back' }).click();

  assert.equal(await a.input.inputValue(), 'much '.repeat(10_000));
  assert.deepEqual(await a.texts(), ['hello', 'short']);
});

story('Two tabs of one person show the same', async ({ tab }) => {
  const [alice, bob] = await people('alice', 'bob');
  await alice.send(await alice.direct(bob), 'hello');
  const first = await tab();
  await first.signIn(alice);
  await first.openRoom('Bob');
  const second = await tab();
  await second.openRoom('Bob');

  await first.write('from the first');
  await second.message('from the first').waitFor();
  await second.write('from the second');
  await first.message('from the second').waitFor();

  assert.deepEqual(await first.texts(), ['hello', 'from the first', 'from the second']);
  await eventually(async () => assert.deepEqual(await second.texts(), await first.texts()));
});

test('A page that is opened again shows what it knew before the server answers, and then what was missed', async () => {
  const [alice, bob] = await people('alice', 'bob');
  const room = await alice.direct(bob);
  await alice.send(room, 'known');
  const context = await browser.newContext();
  const b = await Tab.open(context, address);
  await b.signIn(bob);
  await b.openRoom('Alice');
  await b.message('known').waitFor();
  const kept = () => b.page.evaluate((user) => new Promise((resolve, reject) => {
    const asked = indexedDB.open('social', 1);
    asked.onerror = () => reject(asked.error);
    asked.onsuccess = () => {
      const read = asked.result.transaction('snapshots').objectStore('snapshots').get(user);
      read.onsuccess = () => { asked.result.close(); resolve(read.result?.conversations[0]?.timeline?.entries.length ?? 0); };
      read.onerror = () => reject(read.error);
    };
  }), bob.user);
  await eventually(async () => assert.ok(await kept() > 0));

  await b.page.route('**/v1/**', (route) => route.abort());
  await b.page.reload();
  await b.message('known').waitFor();
  await alice.send(room, 'missed');
  await b.page.unroute('**/v1/**');

  await b.message('missed').waitFor();
  assert.deepEqual(await b.texts(), ['known', 'missed']);
  await context.close();
});

story('A page whose access token has ended gets another by itself', async ({ tab }) => {
  const [alice, bob] = await people('alice', 'bob');
  await alice.send(await alice.direct(bob), 'hello');
  const a = await tab();
  await a.signIn(alice);
  const before = await a.page.evaluate((name) => {
    const tokens = JSON.parse(localStorage.getItem(name));
    localStorage.setItem(name, JSON.stringify({ ...tokens, freshUntil: 0 }));
    return tokens.refreshToken;
  }, `social.session.${alice.user}`);

  await a.page.reload();
  await a.openRoom('Bob');
  await a.write('still here');
  await a.sent('still here');

  assert.notEqual(await a.page.evaluate((name) => JSON.parse(localStorage.getItem(name)).refreshToken, `social.session.${alice.user}`), before);
});

test('A session that is ended elsewhere ends on the page with a reason, and what it showed does not stay on the device', async () => {
  const [alice, bob] = await people('alice', 'bob');
  await bob.send(await bob.direct(alice), 'hello');
  const context = await browser.newContext();
  const tab = await Tab.open(context, address);
  await tab.signIn(alice);
  await tab.openRoom('Bob');
  const kept = () => tab.page.evaluate(() => new Promise((resolve) => {
    const asked = indexedDB.open('social');
    asked.onsuccess = () => {
      const counted = asked.result.transaction('snapshots').objectStore('snapshots').count();
      counted.onsuccess = () => { asked.result.close(); resolve(counted.result); };
    };
  }));
  await eventually(async () => assert.equal(await kept(), 1));
  const token = await tab.page.evaluate((name) => JSON.parse(localStorage.getItem(name)).accessToken, `social.session.${alice.user}`);

  await fetch(`${address}/v1/auth/logout`, { method: 'POST', headers: { Authorization: `Bearer ${token}` } });

  await tab.page.getByText('Your session has ended. Sign in again').waitFor();
  await tab.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await eventually(async () => assert.equal(await kept(), 0));
  await context.close();
});

story('Signing out in one tab ends the other tab of the same person', async ({ tab }) => {
  const [alice] = await people('alice');
  const first = await tab();
  await first.signIn(alice);
  const second = await tab();
  await second.page.getByText(`@${alice.handle}`).waitFor();

  await second.page.getByRole('button', { name: 'Account' }).click();
  await second.page.getByRole('button', { name: 'Sign out' }).click();

  await second.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await first.page.getByText('You signed out in another tab.').waitFor();
});

for (const [path, title] of [['/', 'OrleansSocial'], ['/jobs', 'Jobs · OrleansSocial'], ['/jobs/', 'Jobs · OrleansSocial']]) {
  test(`The page at ${path} allows scripts and styles from its own host alone, none of them inline`, async () => {
    const answer = await fetch(new URL(path, address), { redirect: 'error' });
    const policy = answer.headers.get('content-security-policy') ?? '';
    const html = await answer.text();

    assert.ok(html.includes(`<title>${title}</title>`));
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval|\*/);
    assert.match(policy, /require-trusted-types-for 'script'/);
    assert.equal(answer.headers.get('cache-control'), 'no-cache');
    assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)|<style| style=| on\w+=|https?:\/\//);
  });
}

story('Somebody reads the documentation, and no other host hears of it', async ({ tab }) => {
  const { page } = await tab();

  await page.goto(new URL('/docs', address).href);

  await page.getByRole('heading', { name: 'OrleansSocial', exact: true }).waitFor();
  await page.getByRole('heading', { name: 'Identity', exact: true }).waitFor();
});
