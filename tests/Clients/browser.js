import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { password } from './people.js';

const candidates = [process.env.SOCIAL_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const flags = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync',
];
const pictures = fileURLToPath(new URL('../../artifacts/screenshots/', import.meta.url));

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

/** The installed Chromium, without a window. */
export async function launch() {
  const executablePath = candidates.find((path) => path && existsSync(path));
  if (!executablePath) throw new Error('No Chromium was found: install it (Debian: apt install chromium) or name it in SOCIAL_CHROMIUM.');
  return chromium.launch({ executablePath, args: flags });
}

/** The page in one tab, and what a person does there. */
export class Tab {
  /** What the browser complained about: errors, violations of the content policy, requests to other hosts. */
  complaints = [];
  /** What the page did not get, which is told where a test waits in vain. */
  failures = [];

  constructor(page, address) {
    this.page = page;
    this.address = address;
    page.setDefaultTimeout(20_000);
    page.on('requestfailed', (request) => this.failures.push(`${request.url()} ${request.failure()?.errorText}`));
    page.on('response', (response) => { if (response.status() >= 400) this.failures.push(`${response.url()} ${response.status()}`); });
    page.on('pageerror', (error) => this.complaints.push(`error: ${error.stack ?? error}`));
    page.on('console', (message) => { if (message.type() === 'error') this.complaints.push(`console: ${message.text()}`); });
    page.on('request', (request) => {
      if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).host !== new URL(address).host) this.complaints.push(`request: ${request.url()}`);
    });
  }

  static async open(context, address) {
    const tab = new Tab(await context.newPage(), address);
    await tab.page.goto(address);
    return tab;
  }

  get input() { return this.page.getByRole('textbox', { name: 'Message', exact: true }); }

  get title() { return this.page.title(); }

  async signIn(person) {
    await this.page.getByLabel('Handle').fill(person.handle).catch(async (late) => {
      throw new Error(`${late.message}\n${[...this.failures, ...this.complaints].join('\n')}\n${(await this.page.content()).slice(0, 2000)}`);
    });
    await this.page.getByLabel('Password').fill(password);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
    await this.page.getByRole('button', { name: 'New conversation' }).waitFor();
  }

  async startWith(handle) {
    await this.page.getByRole('button', { name: 'New conversation' }).click();
    await this.page.getByLabel('Handle', { exact: true }).fill(handle);
    await this.page.getByRole('button', { name: 'Start' }).click();
    await this.input.waitFor();
  }

  line(name) { return this.page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name: new RegExp(`^${name}`) }); }

  async openRoom(name) {
    await this.line(name).click();
    await this.input.waitFor();
  }

  async write(text) {
    await this.input.fill(text);
    await this.page.getByRole('button', { name: 'Send' }).click();
  }

  /** The texts that stand in the conversation, from top to bottom, those that wait to be sent too. */
  texts() { return this.page.locator('.message .text').allTextContents(); }

  message(text) { return this.page.locator('.message', { hasText: text }); }

  /** Waits until a text is shown as sent (or seen). */
  async sent(text) { await this.message(text).locator('.tick').waitFor(); }

  async picture(name) {
    await mkdir(pictures, { recursive: true });
    await this.page.screenshot({ path: `${pictures}${name}.png` });
  }

  /** The rules of WCAG 2.2 AA that a program can check. */
  async checkAccess() {
    await this.page.evaluate(axe);
    const faults = await this.page.evaluate(async () => {
      const { violations } = await window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
      return violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`));
    });
    assert.deepEqual(faults, []);
  }

  /** Nothing on the page is wider than the window, and everything that can be used has a name. */
  async checkLayout() {
    const faults = await this.page.evaluate(() => {
      const found = [];
      if (document.documentElement.scrollWidth > innerWidth) found.push(`the page is ${document.documentElement.scrollWidth} wide in a window of ${innerWidth}`);
      for (const element of document.querySelectorAll('.scroll, .messages')) {
        if (element.scrollWidth > element.clientWidth) found.push(`${element.className} is ${element.scrollWidth} wide in ${element.clientWidth}`);
      }
      for (const element of document.querySelectorAll('button, a[href], input, textarea')) {
        const name = element.getAttribute('aria-label') ?? (element.labels?.length ? element.labels[0].textContent : element.textContent);
        if (!name.trim()) found.push(`no name: ${element.outerHTML.slice(0, 120)}`);
      }
      return found;
    });
    assert.deepEqual(faults, []);
  }
}
