import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expect, show, signIn, test } from './world';

test('an alert by webhook: its secret once, a test message, a failed delivery delivered again', async ({ page, server }) => {
  let answer = 200;
  const received: string[] = [];
  const receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => { body += part; });
    request.on('end', () => {
      received.push(body);
      response.writeHead(answer).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const target = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  await server.setUp();
  await signIn(page, server);
  await page.getByRole('link', { name: 'Alerts' }).click();
  await expect(page.getByText('An alert tells people or programs what happened')).toBeVisible();
  await page.getByRole('button', { name: 'Add alert' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('On call');
  await dialog.getByLabel('URL').fill(target);
  await dialog.getByRole('button', { name: 'Save' }).click();
  const secret = await page.getByLabel('Secret', { exact: true }).inputValue();
  expect(secret).toMatch(/^whsec_/);
  await page.getByRole('button', { name: 'I have stored it' }).click();
  expect(await page.evaluate(() => document.documentElement.outerHTML + JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toContain(secret);

  await page.getByRole('button', { name: 'Actions for On call' }).click();
  await page.getByRole('menuitem', { name: 'Send a test message' }).click();
  await show(page, /A test message is on its way/);
  const messages = page.getByRole('table', { name: 'Deliveries' });
  await expect(messages.getByText('Delivered')).toBeVisible();
  expect(received.length).toBe(1);

  answer = 410;
  await page.getByRole('button', { name: 'Send a test message' }).click();
  await expect(page.getByText('Its server answered 410, gone.')).toBeVisible();
  await messages.getByRole('button', { name: /^Actions for/ }).first().click();
  await page.getByRole('menuitem', { name: 'Show tries' }).click();
  await expect(page.getByRole('table', { name: 'Tries' })).toContainText('410');
  await page.keyboard.press('Escape');

  answer = 200;
  await page.getByRole('link', { name: 'Alerts' }).first().click();
  await page.getByRole('button', { name: 'Actions for On call' }).click();
  await page.getByRole('menuitem', { name: 'Switch on' }).click();
  await expect(page.getByText('✓ Active')).toBeVisible();
  await page.getByRole('link', { name: 'On call' }).click();
  await messages.getByRole('button', { name: /^Actions for/ }).first().click();
  await page.getByRole('menuitem', { name: 'Redeliver' }).click();
  await expect(messages.getByText('Delivered')).toHaveCount(2);

  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('dialog').getByLabel('Success').check();
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText(/, success$/)).toBeVisible();
  receiver.close();
});

test('OAuth credentials of a key are shown once and work', async ({ page, server }) => {
  await server.setUp();
  await server.api('POST', '/api/v0/admin/api-keys', { name: 'shop', policies: ['streaming-ingest-api:write'] });
  await signIn(page, server);
  await page.goto(`${server.url}/ui/users/keys`);
  await page.getByRole('button', { name: 'Actions for shop' }).click();
  await page.getByRole('menuitem', { name: 'Create OAuth credentials' }).click();
  await page.getByRole('button', { name: 'Create credentials' }).click();
  const secret = await page.getByLabel('Client secret').inputValue();
  const client = await page.getByLabel('Client ID').inputValue();
  const answer = await fetch(`${server.url}/api/v0/oauth2/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials', client_id: client, client_secret: secret }) });
  expect(answer.status).toBe(200);
  await page.keyboard.press('Escape');
  await expect(page.getByLabel('Client secret')).toBeVisible();
  await page.getByRole('button', { name: 'I have stored it' }).click();
  expect(await page.evaluate(() => document.documentElement.outerHTML + JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toContain(secret);
  await page.getByRole('button', { name: 'Actions for shop' }).click();
  await page.getByRole('menuitem', { name: 'Remove OAuth credentials' }).click();
  await page.getByRole('button', { name: 'Remove credentials' }).click();
  await expect(page.getByRole('group', { name: 'shop has no OAuth credentials' })).toBeVisible();
});
