import { expect, show, signIn, test, write } from './world';

test('XML through an ingest query, a payload mended and replayed, SQL', async ({ page, server }) => {
  await server.setUp();
  const { id: stream } = await server.api<{ id: string }>('POST', '/api/v0/streams', { name: 'sales' });
  await server.api('POST', '/api/v0/streams', { name: 'another, newer one' });
  const token = await server.ingestToken();
  await server.send(token, stream, '<sales><sale><saleId>77</saleId><payments><payment><kind>card</kind><amount>9.50</amount></payment><payment><kind>cash</kind><amount>1.00</amount></payment></payments></sale></sales>');
  await server.send(token, stream, '<sales><sale><saleId>78</saleId><payments><payment><kind>card</kind><amount>2.00</amount></payments></sale></sales>');
  await server.api('POST', `/api/v0/streams/${stream}/flush`, {});
  await signIn(page, server);

  await test.step('Add SQL Query: a wrong one is marked with the message, a right one shows rows', async () => {
    await page.getByRole('link', { name: 'Sources' }).click();
    await page.getByRole('button', { name: 'Add SQL Query', exact: true }).first().click();
    await page.getByLabel('Name', { exact: true }).fill('Flatten_Sales');
    await page.getByRole('button', { name: 'Examples' }).click();
    await page.getByRole('menuitem', { name: 'XML' }).click();
    await write(page, 'Ingest query', 'SELECT expolde(saleId) FROM streaming');
    await page.getByRole('button', { name: 'Preview', exact: true }).click();
    await expect(page.getByText('Choose the stream whose files the query reads.')).toBeVisible();
    await page.getByRole('combobox', { name: 'Stream' }).click();
    await page.getByRole('option', { name: new RegExp(stream) }).click();
    await page.getByRole('button', { name: 'Preview', exact: true }).click();
    await expect(page.getByRole('alert')).toContainText('expolde');
    await write(page, 'Ingest query', 'SELECT s.saleId, p.kind, p.amount FROM streaming s LATERAL VIEW explode(s.payments.payment) AS p');
    await page.getByLabel('Ingest query', { exact: true }).press('Control+Enter');
    await expect(page.getByRole('cell', { name: 'cash' })).toBeVisible();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText('Flatten_Sales was saved')).toBeVisible();
  });
  await test.step('Quarantine: grouped by reason, mended, replayed', async () => {
    await page.getByRole('link', { name: 'Quarantine' }).click();
    await page.getByRole('table').getByRole('link').first().click();
    await expect(page.getByRole('heading', { name: 'Quarantined payload' })).toBeVisible();
    await expect(page.getByRole('status').filter({ hasText: '✕' })).toBeVisible();
    const mended = page.getByRole('textbox', { name: 'Your mended copy' });
    await mended.fill((await mended.inputValue()).replace('</amount></payments>', '</amount></payment></payments>'));
    await expect(page.getByText('well-formed')).toBeVisible();
    await page.getByRole('button', { name: 'Replay' }).click();
    await show(page, /Replayed as/);
    await expect(page.getByRole('heading', { name: 'Receipt' })).toBeVisible();
  });
  await test.step('SQL: a question is a link', async () => {
    await page.goto(`${server.url}/ui/sql?q=${encodeURIComponent('SELECT 9007199254740993 AS big, 18.50 AS price')}`);
    await page.getByRole('button', { name: 'Run' }).click();
    await expect(page.getByRole('cell', { name: '9007199254740993' })).toBeVisible();
    await expect(page.getByRole('cell', { name: '18.50' })).toBeVisible();
  });
});
