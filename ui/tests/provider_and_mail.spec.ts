import { test as plain } from '@playwright/test';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect, freePort, password, Server, signIn, watch } from './world';

/** Signing in with a real OpenID Connect provider (oidc-provider, of npm), and with a link out of a mail. */
const root = path.resolve(import.meta.dirname, '../..');
const packages = path.join(root, '.deps/oidc-provider');

plain('a person signs in with the provider, with the policies of their groups, and lands where they wanted to be', async ({ page }) => {
  plain.skip(!existsSync(path.join(packages, 'node_modules/oidc-provider')), 'script/setup --checks fetches the provider');
  const folder = mkdtempSync(path.join(tmpdir(), 'weir-provider-'));
  const [port, providerPort] = [await freePort(), await freePort()];
  const provider = `http://127.0.0.1:${providerPort}`;
  writeFileSync(path.join(folder, 'groups.json'), JSON.stringify({ ada: ['staff'] }));
  writeFileSync(path.join(folder, 'secret'), 's:e&cret\n');
  const server = new Server((url) => [
    `http.public_url=${url}`, `oidc.issuer=${provider}`, 'oidc.client_id=weir', `oidc.client_secret_file=${folder}/secret`,
    'oidc.scopes=openid profile email groups', 'oidc.tenant=acme', 'oidc.policy_claim=groups', 'oidc.policies=staff=datagrid-operator', 'oidc.label=Example',
  ]);
  let process: ChildProcess | undefined;
  try {
    process = spawn(path.join(root, '.deps/node/bin/node'), [path.join(root, 'tests/e2e/oidc/provider.mjs'), packages, String(providerPort), `http://127.0.0.1:${port}/api/v0/oidc/callback`, path.join(folder, 'groups.json')], { stdio: ['ignore', 'pipe', 'ignore'] });
    await once(process.stdout!, 'data');
    await server.start(port);
    const fonts = 'https://fonts.googleapis.com'; // that the provider's page wants, and does not get
    await page.route(`${fonts}/**`, (route) => route.abort());
    const wrong = await watch(page, [server.url, provider, fonts]);
    await server.setUp();
    await page.goto(`${server.url}/ui/workflows?state=failed`);
    await page.getByRole('link', { name: 'Sign in with Example' }).click();
    await page.getByPlaceholder('Enter any login').fill('ada');
    await page.getByPlaceholder('and password').fill('x');
    await page.getByRole('button', { name: 'Sign-in' }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
    await expect(page.getByRole('heading', { name: 'Workflows' })).toBeVisible();
    expect(page.url()).toBe(`${server.url}/ui/workflows?state=failed`);
    await page.getByRole('button', { name: /ada/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out', exact: true }).click();
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
    const users = await server.api<{ items: { name: string; policies: string[] }[] }>('GET', '/api/v0/users?q=ada');
    expect(users.items).toMatchObject([{ name: 'ada', policies: ['datagrid-operator'] }]);
    // An answer that was not asked for here, and one who may not: the page for signing in says so.
    await page.goto(`${server.url}/api/v0/oidc/callback?code=x&state=y`);
    await expect(page.getByRole('alert')).toContainText('did not come to its end');
    process.kill();
    await once(process, 'exit');
    await server.kill();
    await server.start(port); // nothing of the provider is remembered
    await page.getByRole('link', { name: 'Sign in with Example' }).click();
    await expect(page.getByRole('alert')).toContainText('does not answer');
    await signIn(page, server);
    expect(wrong).toEqual([]);
  } finally {
    process?.kill();
    await server.end();
    rmSync(folder, { recursive: true });
  }
});

/** Takes mails by SMTP; the text of each. */
async function mailbox() {
  const mails: string[] = [];
  const listening = createServer((client) => {
    let all = '';
    let inData = false;
    client.write('220 test ESMTP\r\n');
    client.on('data', (bytes) => {
      all += bytes.toString();
      for (;;) {
        if (inData) {
          const end = all.indexOf('\r\n.\r\n');
          if (end < 0) return;
          mails.push(all.slice(0, end));
          all = all.slice(end + 5);
          inData = false;
          client.write('250 taken\r\n');
        }
        const end = all.indexOf('\r\n');
        if (end < 0) return;
        const verb = all.slice(0, end).split(/[ :]/)[0]!.toUpperCase();
        all = all.slice(end + 2);
        inData = verb === 'DATA';
        client.write(inData ? '354 go\r\n' : verb === 'QUIT' ? '221 bye\r\n' : '250 ok\r\n');
      }
    });
  }).listen(0, '127.0.0.1');
  await once(listening, 'listening');
  return { mails, url: `smtp://127.0.0.1:${(listening.address() as AddressInfo).port}`, close: () => listening.close() };
}

plain('an invitation comes by mail, its link lets the person in once, and a reset does it again', async ({ page, browser }) => {
  const box = await mailbox();
  const server = new Server((url) => [`http.public_url=${url}`, `alerts.smtp_url=${box.url}`, 'alerts.smtp_from=weir@example.org', 'alerts.smtp_tls=off']);
  try {
    await server.start(await freePort());
    const wrong = await watch(page, [server.url]);
    await server.setUp();
    await signIn(page, server);
    await page.goto(`${server.url}/ui/users/people`);
    await page.getByRole('button', { name: 'Add user' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Ada');
    await page.getByLabel('Email').fill('ada@example.org');
    await page.getByRole('button', { name: 'Invite' }).click();
    await expect(page.getByText('It was mailed to ada@example.org')).toBeVisible();
    await page.getByRole('button', { name: 'Close' }).click();
    const linkOf = (mail: string) => /http\S+\/ui\/password#\w+/.exec(mail.replaceAll('=\r\n', ''))![0];
    const ada = await (await browser.newContext()).newPage();
    const choose = async (link: string, chosen: string) => {
      await ada.goto('about:blank');
      await ada.goto(link);
      await ada.getByLabel('Password', { exact: true }).fill(chosen);
      await ada.getByRole('button', { name: 'Continue' }).click();
    };
    await choose(linkOf(box.mails[0]!), password);
    await expect(ada.getByRole('heading', { name: 'Home' })).toBeVisible();
    await choose(linkOf(box.mails[0]!), 'another horse battery');
    await expect(ada.getByRole('alert')).toBeVisible(); // it works once
    await page.getByRole('button', { name: 'Actions for Ada' }).click();
    await page.getByRole('menuitem', { name: 'Reset password' }).click();
    await expect(page.getByText('It was mailed to ada@example.org')).toBeVisible();
    expect(box.mails).toHaveLength(2);
    await choose(linkOf(box.mails[1]!), 'another horse battery');
    await expect(ada.getByRole('heading', { name: 'Home' })).toBeVisible();
    await ada.context().close();
    expect(wrong).toEqual([]);
  } finally {
    await server.end();
    box.close();
  }
});
