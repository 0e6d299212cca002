import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';

const web = new URL('../../../api/web/', import.meta.url);
const own = async () => (await readdir(web, { recursive: true })).filter((name) => /\.(js|css|html|svg)$/.test(name) && !name.includes('node_modules'));

/** Lines of the page's own files that match. */
async function lines(pattern) {
  const found = [];
  for (const name of await own()) {
    const text = await readFile(new URL(name, web), 'utf8');
    text.split('\n').forEach((line, i) => { if (pattern.test(line)) found.push(`${name}:${i + 1}: ${line.trim()}`); });
  }
  return found;
}

test('No text is ever parsed as markup or as a program', async () => {
  assert.deepEqual(await lines(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser|createContextualFragment|srcdoc/), []);
  assert.notDeepEqual(await lines(/textContent/), [], 'the search finds what is there');
});

test('Nothing of the page names another host', async () => {
  assert.deepEqual((await lines(/https?:\/\/|\burl\(|@import/)).filter((line) => !line.includes('http://www.w3.org/')), []);
});

for (const name of ['../../../api/web/package-lock.json', '../package-lock.json']) {
  test(`The lock file ${name.replaceAll('../', '')} pins every package by its digest, and leaves the place to the machine`, async () => {
    const { packages } = JSON.parse(await readFile(new URL(name, import.meta.url), 'utf8'));
    const pinned = Object.entries(packages).filter(([path]) => path !== '');

    assert.ok(pinned.length > 0);
    assert.deepEqual(pinned.filter(([, { version, integrity, resolved }]) => !version || !integrity || resolved).map(([path]) => path), []);
  });
}
