import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventually } from './eventually.js';

const StartMs = 90_000;
const StopMs = 45_000;

/** Limits that many people from one address would meet; what the limits do is tested elsewhere. */
const plenty = Object.fromEntries(['Register', 'Login', 'LoginName', 'Refresh', 'Messages', 'Writes', 'Reads', 'Live'].flatMap((rate) =>
  [[`Social__RateLimits__${rate}__TokensMax`, '100000'], [`Social__RateLimits__${rate}__TokensPerSecond`, '10000']]));

/** The real process with its own PostgreSQL, on loopback, over one data folder that outlives it. */
export class Server {
  #process = null;
  #arguments;
  #data;
  #settings;
  #log = '';

  constructor(address, data, more, settings) {
    this.address = address;
    this.#arguments = ['--urls', address, ...more];
    this.#data = data;
    this.#settings = settings;
  }

  /** Starts a process over a new data folder, or a cluster of several silos behind one address; with settings as the environment names them. */
  static async start({ silos, settings } = {}) {
    const [http, silo, gateway] = await freePorts(silos ?? 1);
    const more = [`--Social:Node:SiloPort=${silo}`, `--Social:Node:GatewayPort=${gateway}`, ...(silos ? ['--silos', `${silos}`] : [])];
    const server = new Server(`http://127.0.0.1:${http}`, await mkdtemp(join(tmpdir(), 'social-clients-')), more, settings);
    await server.start();
    return server;
  }

  /** Where each silo of a cluster answers alone. */
  get silos() { return [...this.#log.matchAll(/is process \d+, alone at (\S+)/g)].map((found) => found[1]); }

  /** Starts the process again over the same data and at the same address, and waits until it serves. */
  async start() {
    const process = spawn('dotnet', [assembly(), ...this.#arguments], {
      env: { ...globalThis.process.env, ...plenty, ...this.#settings, Social__Node__Data: this.#data, ASPNETCORE_ENVIRONMENT: 'Development' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = process;
    await new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`The server was not ready in time:\n${this.#log}`)), StartMs);
      const hear = (chunk) => {
        this.#log += chunk;
        if (/^ready /m.test(this.#log)) { clearTimeout(late); resolve(); }
      };
      process.stdout.on('data', hear);
      process.stderr.on('data', hear);
      process.once('exit', (code) => { clearTimeout(late); reject(new Error(`The server ended with ${code} before it was ready:\n${this.#log}`)); });
    });
  }

  /** What it has printed since its last start. */
  get log() { return this.#log; }

  /** What its database answers to a statement, unaligned and without heads. */
  async sql(statement) {
    const address = await readFile(join(this.#data, 'postgres.connection'), 'utf8');
    const part = (name) => new RegExp(`${name}=([^;]*)`, 'i').exec(address)[1];
    const place = ['-h', part('Host'), '-p', part('Port'), '-U', part('Username'), '-d', part('Database')];
    const { stdout } = await promisify(execFile)('psql', ['-X', '-q', '-t', '-A', '-v', 'ON_ERROR_STOP=1', ...place, '-c', statement]);
    return stdout.trim();
  }

  /** SIGKILL: no goodbye of any kind. */
  async kill() { await this.#end('SIGKILL'); }

  /** SIGTERM, and waits for the orderly end; then removes the data, which may stand behind a link. */
  async stop() {
    await this.#end('SIGTERM');
    const postgres = await realpath(join(this.#data, 'postgres')).catch(() => null);
    if (postgres) {
      await endPostgres(join(postgres, 'data', 'postmaster.pid'));
      await rm(postgres, { recursive: true, force: true });
    }
    await rm(this.#data, { recursive: true, force: true });
  }

  async #end(signal) {
    const process = this.#process;
    this.#process = null;
    this.#log = '';
    if (!process || process.exitCode !== null || process.signalCode !== null) return;
    const late = setTimeout(() => process.kill('SIGKILL'), StopMs);
    await new Promise((resolve) => { process.once('exit', resolve); process.kill(signal); });
    clearTimeout(late);
  }
}

/** The server that all tests of a run share: the one that the runner started. */
export function sharedAddress() {
  const address = process.env.SOCIAL_ADDRESS;
  if (!address) throw new Error('Start these tests with `npm test`, which starts the server for them.');
  return address;
}

/** The newest build. */
function assembly() {
  const built = ['Release', 'Debug']
    .map((configuration) => fileURLToPath(new URL(`../../silo/bin/${configuration}/net10.0/silo.dll`, import.meta.url)))
    .filter(existsSync)
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  if (built.length === 0) throw new Error('The server is not built: run `dotnet build -c Release` first, or ./test, which does.');
  return built[0];
}

/** A PostgreSQL that outlived a killed process is still there when a test failed before the next start. */
async function endPostgres(pidFile) {
  const pid = Number((await readFile(pidFile, 'utf8').catch(() => '')).split('\n')[0]);
  if (!pid) return;
  try {
    process.kill(pid, 'SIGINT');
    await eventually(() => assert.throws(() => process.kill(pid, 0), 'PostgreSQL still runs'));
  } catch (e) {
    if (e.code !== 'ESRCH') throw e;
  }
}

/** Three ports with as many free ones in a row as silos need, below those that the system gives to outgoing connections. */
async function freePorts(count) {
  for (;;) {
    const first = 15_000 + Math.floor(Math.random() * 14_000);
    const all = Array.from({ length: 3 * (count + 1) }, (_, i) => first + i);
    if ((await Promise.all(all.map(isFree))).every(Boolean)) return [first, first + count + 1, first + 2 * (count + 1)];
  }
}

function isFree(port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
