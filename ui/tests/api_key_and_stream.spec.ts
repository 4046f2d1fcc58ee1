import { expect, password, signIn, test } from './world';

test('set up, add an API key, generate an access token, configure an endpoint and send to it', async ({ page, server }) => {
  await test.step('the address that weir serve prints makes the first user', async () => {
    await page.goto(`${server.url}/ui/setup#${server.setupCode}`);
    await page.getByLabel('Name', { exact: true }).fill('kim');
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByLabel('Password again').fill(password);
    await page.getByRole('button', { name: 'Continue' }).click();
    await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible();
  });
  await test.step('Open the Users & Activity page', async () => {
    await page.getByRole('link', { name: 'Users & Activity' }).click();
    await page.getByRole('button', { name: 'Add API key' }).click();
    await page.getByLabel('Name', { exact: true }).fill('shop');
    await page.getByLabel('Streaming Ingest Write Access').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('cell', { name: 'shop', exact: true })).toBeVisible();
  });
  let token = '';
  await test.step('Under API keys, from the Actions menu select "Generate access token"', async () => {
    await page.getByRole('button', { name: 'Actions for shop' }).click();
    await page.getByRole('menuitem', { name: 'Generate access token' }).click();
    await page.getByRole('combobox', { name: 'Token expiry' }).click();
    await page.getByRole('option', { name: '3 days', exact: true }).click();
    await page.getByRole('button', { name: 'Generate' }).click();
    token = await page.getByLabel('Token', { exact: true }).inputValue();
    expect(token.split('.')).toHaveLength(3);
    await expect(page.getByText('Copied to your clipboard')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toBeVisible();
    await page.getByRole('button', { name: 'I have stored it' }).click();
    await expect(page.getByRole('dialog')).toBeHidden();
  });
  await test.step('it is nowhere any more, and was copied', async () => {
    const kept = await page.evaluate(() => document.documentElement.outerHTML + JSON.stringify({ ...localStorage, ...sessionStorage }) + location.href);
    expect(kept).not.toContain(token);
    const filter = page.getByRole('link', { name: 'Audit' });
    await filter.click();
    await page.getByLabel('Filter the audit events').focus();
    await page.keyboard.press('Control+V');
    await expect(page.getByLabel('Filter the audit events')).toHaveValue(token);
    await page.getByLabel('Filter the audit events').fill('');
  });
  let id = '';
  await test.step('Open the Sources page; under Streaming Ingest click Add stream; the ID is in the Stream ID column', async () => {
    await page.getByRole('link', { name: 'Sources' }).click();
    await page.getByRole('button', { name: 'Add stream' }).first().click();
    await expect(page.getByRole('dialog', { name: 'Create stream' })).toBeVisible();
    await page.getByLabel('Name', { exact: true }).fill('orders');
    await page.getByLabel('Description').fill('Orders of the shop');
    await page.getByRole('button', { name: 'Create' }).click();
    const row = page.getByRole('table', { name: 'Streaming Ingest' }).getByRole('row', { name: /orders/ });
    id = /is-\w+/.exec(await row.innerText())![0];
    expect(await server.send(token, id, '{"order_id": "A-1", "total": 18.50}')).toHaveLength(26);
  });
  await test.step('Rotate API token, then revoke the old tokens, then all', async () => {
    await page.getByRole('link', { name: 'Users & Activity' }).click();
    const act = async (item: string) => {
      await page.getByRole('button', { name: 'Actions for shop' }).click();
      await page.getByRole('menuitem', { name: item }).click();
    };
    await act('Rotate API token');
    await page.getByRole('button', { name: 'Rotate API token' }).click();
    await expect(page.getByRole('dialog')).toBeHidden();
    await server.send(token, id, '{"order_id": "A-2"}');
    await act('Revoke tokens');
    await page.getByLabel('Revoke old tokens').check();
    await page.getByRole('button', { name: 'Revoke', exact: true }).click();
    await expect(page.getByRole('dialog')).toBeHidden();
    await expect(server.send(token, id, '{}')).rejects.toThrow('401');
    await act('Revoke tokens');
    await page.getByLabel('Revoke all tokens').check();
    await page.getByRole('button', { name: 'Revoke', exact: true }).click();
    await expect(page.getByRole('dialog')).toBeHidden();
  });
});

test('a stream is renamed, and deleted once no courier names it', async ({ page, server }) => {
  await server.setUp();
  const { id } = await server.api<{ id: string }>('POST', '/api/v0/streams', { name: 'orders' });
  const courier = await server.api<{ id: string }>('POST', '/api/v0/couriers', { name: 'Nightly', stream_id: id, file_format: 'NDJSON', file_tag: 'streaming', load_operations: {} });
  await signIn(page, server);
  await page.goto(`${server.url}/ui/streams/${id}/settings`);
  await page.getByLabel('Name', { exact: true }).fill('shop orders');
  await page.getByRole('button', { name: 'Save' }).first().click();
  await expect(page.getByRole('heading', { name: 'shop orders' })).toBeVisible();
  await page.goto(`${server.url}/ui/sources`);
  const remove = async () => {
    await page.getByRole('button', { name: 'Actions for shop orders' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete shop orders' }).click();
  };
  await remove();
  await expect(page.getByRole('dialog')).toContainText('The courier "Nightly" loads from the stream');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await server.api('DELETE', `/api/v0/couriers/${courier.id}`);
  await remove();
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(page.getByRole('link', { name: 'shop orders' })).toHaveCount(0);
});
