import { expect, signIn, test } from './world';

test('a server that is killed: the page says so, keeps what was typed, and comes back by itself', async ({ page, server }) => {
  await server.setUp();
  await server.api('POST', '/api/v0/streams', { name: 'orders' });
  await signIn(page, server);
  await page.goto(`${server.url}/ui/sources`);
  await expect(page.getByRole('link', { name: 'orders' })).toBeVisible();
  await page.getByRole('button', { name: 'Add stream' }).click();
  await page.getByLabel('Name', { exact: true }).fill('typed before');
  await server.kill();
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('The server does not answer');
  await expect(page.getByText(/The server has not answered since \d\d:\d\d:\d\d UTC/)).toBeVisible();
  await expect(page.getByRole('link', { name: 'orders', includeHidden: true })).toBeVisible();
  await server.start(Number(new URL(server.url).port));
  await expect(page.getByText('The server has not answered since')).toBeHidden({ timeout: 5_000 });
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('typed before');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(page.getByRole('link', { name: 'typed before' })).toBeVisible();
});

test('nine tabs are open, and each is alive', async ({ page, server, context }) => {
  await server.setUp();
  const { id: stream } = await server.api<{ id: string }>('POST', '/api/v0/streams', { name: 'orders' });
  await signIn(page, server);
  const tabs = [page];
  for (let tab = 1; tab < 9; tab += 1) tabs.push(await context.newPage());
  await Promise.all(tabs.map((tab) => tab.goto(`${server.url}/ui/streams/${stream}/files`)));
  for (const tab of tabs) await expect(tab.getByText('No file yet.')).toBeVisible();
  await server.send(await server.ingestToken(), stream, '{"order_id": "A-1"}');
  await server.api('POST', `/api/v0/streams/${stream}/flush`, {});
  for (const tab of tabs) await expect(tab.getByRole('table', { name: 'Batch files' }).getByRole('row')).toHaveCount(2);
});
