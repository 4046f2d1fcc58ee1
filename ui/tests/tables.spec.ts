import { readFileSync } from 'node:fs';

import { expect, type Server, signIn, test } from './world';

interface Shop {
  stream: string;
  courier: string;
  table: string;
}

/** A table of one stream; numbers that are none are row errors. */
async function shop(server: Server): Promise<Shop & { send: (...payloads: object[]) => Promise<string[]>; run: () => Promise<string> }> {
  const make = async (address: string, body: unknown) => (await server.api<{ id: string }>('POST', `/api/v0/${address}`, body)).id;
  const stream = await make('streams', { name: 'orders' });
  const token = await server.ingestToken();
  const feed = await make('feeds', {
    source: 'Shop', name: 'Orders', primary_key: ['id'], error_threshold: 100,
    fields: [{ name: 'id', type: 'string', required: true }, { name: 'total', type: 'integer', required: false }],
  });
  await server.api('POST', `/api/v0/feeds/${feed}/activate`, {});
  const courier = await make('couriers', { name: 'Orders', stream_id: stream, file_format: 'NDJSON', file_tag: 'streaming', load_operations: { [feed]: [{ type: 'load', file: 'streaming' }] } });
  const run = async () => {
    const id = await make(`couriers/${courier}/runs`, { all: true });
    await expect.poll(async () => (await server.api<{ state: string }>('GET', `/api/v0/workflow/runs/${id}`)).state).toBe('succeeded');
    return id;
  };
  const send = async (...payloads: object[]) => {
    const receipts = [];
    for (const each of payloads) receipts.push(await server.send(token, stream, JSON.stringify(each)));
    await server.api('POST', `/api/v0/streams/${stream}/flush`, {});
    return receipts;
  };
  return { stream, courier, table: 'Shop:Orders', send, run };
}

test('a table: back to each payload, as it was, what changed, undo, shadow, export', async ({ page, server }) => {
  await server.setUp();
  const { send, run, stream, courier, table } = await shop(server);
  const [first] = await send({ id: 'A-1', total: 10 }, { id: 'A-2', total: 20 });
  await run();
  await send({ id: 'A-1', total: 11 }, { id: 'A-3', total: 30 });
  await run();
  await signIn(page, server);
  const at = `${server.url}/ui/tables/${encodeURIComponent(table)}`;
  const rows = page.getByRole('region', { name: `Rows of ${table}` });

  await test.step('from a payload to its row, and from the row to its payload', async () => {
    await page.goto(`${server.url}/ui/streams/${stream}/payloads`);
    await page.getByRole('link', { name: first!, exact: true }).click();
    await expect(page.getByRole('heading', { name: 'Receipt' })).toBeVisible();
    await expect(page.getByRole('table', { name: 'In the domain tables' })).toContainText('Replaced');
    await page.getByRole('table', { name: 'In the domain tables' }).getByRole('link', { name: table }).click();
    await rows.getByRole('row', { name: /A-2/ }).getByRole('button', { name: 'Show payload' }).click();
    await page.getByRole('dialog').getByRole('link').first().click();
    await expect(page.getByRole('region', { name: 'Payload' })).toContainText('A-2');
    await expect(page.getByRole('list', { name: 'What became of it' }).getByText('✓')).toHaveCount(5);
  });
  await test.step('as it was after the first load, and what changed since', async () => {
    await page.goto(`${at}/loads`);
    await page.getByRole('table', { name: 'Loads' }).getByRole('button', { name: /^Actions for load/ }).nth(1).click();
    await page.getByRole('menuitem', { name: 'Table as it was then' }).click();
    await expect(page.getByText(/The table as it was after load/)).toBeVisible();
    await expect(rows.getByRole('cell', { name: '10', exact: true })).toBeVisible();
    await expect(rows.getByRole('cell', { name: 'A-3', exact: true })).toHaveCount(0);
    await page.getByRole('link', { name: 'As it is now' }).click();
    await expect(rows.getByRole('cell', { name: 'A-3', exact: true }).first()).toBeVisible();
    await page.getByRole('link', { name: 'Loads' }).click();
    await page.getByRole('table', { name: 'Loads' }).getByRole('button', { name: /^Actions for load/ }).nth(1).click();
    await page.getByRole('menuitem', { name: 'What changed since' }).click();
    await expect(page.getByText('1 added')).toBeVisible();
    await expect(page.getByText('1 changed')).toBeVisible();
  });
  await test.step('a load is undone, after it was said what that does', async () => {
    await page.goto(`${at}/loads`);
    await page.getByRole('table', { name: 'Loads' }).getByRole('button', { name: /^Actions for load/ }).first().click();
    await page.getByRole('menuitem', { name: 'Undo' }).click();
    await expect(page.getByRole('dialog')).toContainText('1 row would go, 1 row would be as before');
    await page.getByRole('dialog').getByRole('button', { name: /^Undo load/ }).click();
    await expect(page.getByText('▲ Undone')).toBeVisible();
    await page.getByRole('link', { name: 'Rows', exact: true }).click();
    await expect(rows.getByRole('cell', { name: '10', exact: true })).toBeVisible();
  });
  await test.step('a shadow is made, loaded, compared and swapped', async () => {
    await page.goto(`${at}/shadow`);
    await page.getByRole('button', { name: 'Make a shadow' }).click();
    await expect(page.getByText('The shadow has the very rows of the table.')).toBeVisible();
    await send({ id: 'A-4', total: 40 });
    const tried = await server.api<{ id: string }>('POST', `/api/v0/couriers/${courier}/runs`, { all: true, shadow: true });
    await expect.poll(async () => (await server.api<{ state: string }>('GET', `/api/v0/workflow/runs/${tried.id}`)).state).toBe('succeeded');
    await expect(page.getByText(/\d added/)).toBeVisible();
    await page.getByRole('button', { name: 'Swap' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Swap' }).click();
    await expect(page.getByText(/\d removed/)).toBeVisible();
    await page.getByRole('link', { name: 'Rows', exact: true }).click();
    await expect(rows.getByRole('cell', { name: 'A-4', exact: true }).first()).toBeVisible();
  });
  await test.step('the whole table as CSV', async () => {
    await page.getByRole('button', { name: 'Export' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('dialog').getByRole('button', { name: 'Export' }).click();
    const text = readFileSync(await (await download).path(), 'utf8');
    expect(text).toContain('A-4');
    expect((await download).suggestedFilename()).toBe('Shop-Orders.csv');
    await expect(page.getByRole('dialog')).toBeHidden();
  });
});

test('a row in error is mended and loaded again', async ({ page, server }) => {
  await server.setUp();
  const { send, run, table } = await shop(server);
  await send({ id: 'A-1', total: 'ten' }, { id: 'A-2', total: 20 });
  const failed = await run();
  await signIn(page, server);
  await page.goto(`${server.url}/ui/workflows/${failed}`);
  await page.getByRole('button', { name: /^Mend row/ }).click();
  const dialog = page.getByRole('dialog');
  const copy = dialog.getByLabel('Your mended copy');
  await copy.fill((await copy.inputValue()).replace('"ten"', '10'));
  await dialog.getByRole('button', { name: 'Save mended copy' }).click();
  await expect(dialog).toBeHidden();
  await page.getByRole('button', { name: 'Load again' }).click();
  await expect(page).not.toHaveURL(new RegExp(failed));
  await expect(page.getByText(/^✓ Completed in/)).toBeVisible();
  await page.goto(`${server.url}/ui/workflows/${failed}`);
  await expect(page.getByText('✓ Mended')).toBeVisible();
  await page.goto(`${server.url}/ui/tables/${encodeURIComponent(table)}`);
  await expect(page.getByRole('cell', { name: 'A-1', exact: true }).first()).toBeVisible();
});
