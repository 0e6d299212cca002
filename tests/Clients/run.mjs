// Runs every test of this folder against one server of their own, and ends with node:test's summary and exit code.
// Names of test files as arguments run only those.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync, utimesSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Server } from './server.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const chosen = process.argv.slice(2);
const files = (await readdir(here, { recursive: true }))
  .filter((name) => name.endsWith('.test.js') && !name.includes('node_modules'))
  .filter((name) => chosen.length === 0 || chosen.some((part) => name.includes(part)))
  .sort();

// Node 18 knows no limit for each test; there the limits of the waits inside the tests have to do.
const limits = Number(process.versions.node.split('.')[0]) >= 20 ? ['--test-timeout=540000'] : [];

install();
const server = await Server.start();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void server.stop().then(() => process.exit(1)));
try {
  process.exitCode = await new Promise((resolve, reject) => {
    const tests = spawn(process.execPath, ['--test', '--test-concurrency=2', ...limits, '--test-reporter=spec', ...files], {
      cwd: here, env: { ...process.env, SOCIAL_ADDRESS: server.address }, stdio: 'inherit',
    });
    tests.once('error', reject);
    tests.once('exit', (code) => resolve(code ?? 1));
  });
} finally {
  await server.stop();
}

/** Brings the packages of the lock file when they are not here. */
function install() {
  const stamp = `${here}node_modules/.package-lock.json`;
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(`${here}package-lock.json`).mtimeMs) return;
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: here, stdio: 'inherit' });
  if (status !== 0) throw new Error('npm ci failed; see above.');
  utimesSync(stamp, new Date(), new Date());
}
