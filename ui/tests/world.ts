/** A real `weir serve` in a new directory for each test, a browser signed in to it, and a watch on what a page
 * must never do: ask another host, break the content security policy, or fail in its own code. */
import { test as base, expect, type Page } from '@playwright/test';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const weir = process.env['WEIR'] ?? path.resolve(import.meta.dirname, '../../build/release/bin/weir');
export const password = 'correct horse battery';

export class Server {
  url = '';
  setupCode = '';
  readonly admin: string;
  private process: ChildProcess | null = null;
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'weir-ui-'));

  /** `settings` as `weir serve --set` takes them, of the address that it will have. */
  constructor(private readonly settings: (url: string) => string[] = () => []) {
    const made = execFileSync(weir, ['init', '--data', path.join(this.folder, 'data'), '--tenant', 'acme', '--json']).toString();
    this.admin = (JSON.parse(made) as { admin_token: string }).admin_token;
  }

  async start(port = 0) {
    const settings = this.settings(`http://127.0.0.1:${port}`).flatMap((each) => ['--set', each]);
    this.process = spawn(weir, ['serve', '--data', path.join(this.folder, 'data'), '--listen', `127.0.0.1:${port}`, ...settings], { stdio: ['ignore', 'pipe', 'ignore'] });
    const lines = createInterface({ input: this.process.stdout! });
    for await (const line of lines) {
      if (line.startsWith('listening on ')) {
        this.url = line.slice('listening on '.length).trim();
        if (this.setupCode) break; // of an earlier start: it is not said again
      }
      const code = / --code (\S+)/.exec(line);
      if (code) this.setupCode = code[1]!;
      if (line.includes('/ui/setup#')) break;
    }
  }

  async kill() {
    const ended = new Promise((resolve) => this.process?.once('exit', resolve));
    this.process?.kill('SIGKILL');
    await ended;
  }

  async end() {
    await this.kill();
    rmSync(this.folder, { recursive: true });
  }

  async api<T = Record<string, unknown>>(method: string, address: string, body?: unknown): Promise<T> {
    const answer = await fetch(this.url + address, {
      method,
      headers: { Authorization: `Bearer ${this.admin}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${address}: ${answer.status} ${text}`);
    return (text ? JSON.parse(text) : null) as T;
  }

  /** Another tenant, as who operates the server makes it; its administrator's token. */
  addTenant(name: string, ...more: string[]): string {
    const made = execFileSync(weir, ['tenant', 'create', name, ...more, '--data', path.join(this.folder, 'data'), '--json']).toString();
    return (JSON.parse(made) as { admin_token: string }).admin_token;
  }

  async setUp() {
    await fetch(`${this.url}/api/v0/setup`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ code: this.setupCode, name: 'kim', password }),
    });
  }

  async ingestToken(): Promise<string> {
    const key = await this.api<{ id: string }>('POST', '/api/v0/admin/api-keys', { name: 'sender', policies: ['streaming-ingest-api:write'] });
    return (await this.api<{ token: string }>('POST', `/api/v0/admin/api-keys/${key.id}/tokens`, { 'expires-in-days': 1 })).token;
  }

  async send(token: string, stream: string, payload: string): Promise<string> {
    const answer = await fetch(`${this.url}/stream/v0/data/${stream}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'X-Amperity-Tenant': 'acme', 'Content-Type': payload.startsWith('<') ? 'application/xml' : 'application/json' },
      body: payload,
    });
    if (answer.status !== 202) throw new Error(`${answer.status} ${await answer.text()}`);
    return ((await answer.json()) as { request_id: string }).request_id;
  }
}

export async function freePort(): Promise<number> {
  const one = createServer().listen(0, '127.0.0.1');
  await once(one, 'listening');
  const { port } = one.address() as AddressInfo;
  one.close();
  return port;
}

/** Notes what a page must not do; `own` are the origins that it may ask. */
export async function watch(page: Page, own: string[]): Promise<string[]> {
  const wrong: string[] = [];
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http') && !own.includes(origin)) wrong.push(`a request to ${origin}`);
  });
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/i.test(message.text())) wrong.push(message.text());
  });
  page.on('pageerror', (error) => wrong.push(String(error)));
  await page.addInitScript(() =>
    document.addEventListener('securitypolicyviolation', (event) => console.log(`Refused to ${event.violatedDirective} ${event.sourceFile}:${event.lineNumber}:${event.columnNumber} ${event.sample}`)),
  );
  return wrong;
}

export const test = base.extend<{ server: Server; watched: void }>({
  server: async ({}, use) => {
    const server = new Server();
    await server.start();
    await use(server);
    await server.end();
  },
  watched: [
    async ({ page, server }, use) => {
      const wrong = await watch(page, [new URL(server.url).origin]);
      await use();
      expect(wrong).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

export async function signIn(page: Page, server: Server, name = 'kim') {
  await page.goto(`${server.url}/ui/login`);
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible();
}

/** Writes into a code editor as a person does: the browser's own filling would bring styles along. */
export async function write(page: Page, editor: string, text: string) {
  await page.getByLabel(editor, { exact: true }).click();
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(text);
}

/** Opens what the newest message about it links to. */
export async function show(page: Page, message: RegExp) {
  await page.getByRole('group', { name: message }).last().getByRole('link', { name: 'Show' }).click();
}
