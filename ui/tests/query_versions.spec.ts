import { expect, signIn, test, write } from './world';

const sale = (kind: string, amount: string) => `<sales><sale no="0077"><payments><payment><kind>${kind}</kind><amount>${amount}</amount></payment></payments></sale></sales>`;

test('an ingest query keeps what it was: compared in text and rows, and taken back', async ({ page, server }) => {
  await server.setUp();
  const { id } = await server.api<{ id: string }>('POST', '/api/v0/ingest-queries', { name: 'Flat', sql: 'SELECT id,\n  total\nFROM streaming' });
  await server.api('PUT', `/api/v0/ingest-queries/${id}`, { description: 'with tax', sql: 'SELECT id,\n  total * 2 AS total\nFROM streaming' });
  await signIn(page, server);
  await page.goto(`${server.url}/ui/queries/${id}`);

  await test.step('What changed, line by line', async () => {
    await page.getByRole('button', { name: 'What changed in version 2' }).click();
    const diff = page.getByLabel('What changed in the text');
    await expect(diff).toContainText('removed:   total');
    await expect(diff).toContainText('added:   total * 2 AS total');
    await expect(page).toHaveURL(/\?to=/);
  });
  await test.step('What both make of a pasted payload', async () => {
    await page.getByText('A payload', { exact: true }).click();
    await page.getByLabel('Payload', { exact: true }).fill('{"id":1,"total":5}\n{"id":2,"total":0}');
    await page.getByRole('button', { name: 'Compare what they make' }).click();
    await expect(page.getByText('The same in the columns that both have: 1 row')).toBeVisible();
    await expect(page.getByText('1 row only of version 1')).toBeVisible();
    await expect(page.getByRole('region', { name: '1 row only of version 2' }).getByRole('cell', { name: '10' })).toBeVisible();
  });
  await test.step('Restored, as a new version; the next save is no conflict', async () => {
    await page.getByRole('button', { name: 'Restore version 1' }).click();
    await expect(page.getByText('Version 1 is back, as version 3')).toBeVisible();
    await expect(page.getByRole('cell', { name: '3 as 1 was' })).toBeVisible();
    await expect(page.getByLabel('Ingest query', { exact: true })).toContainText('total');
    await expect(page.getByLabel('Description')).toHaveValue('');
    await page.getByLabel('Description').fill('mine');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(page.getByRole('button', { name: 'What changed in version 4' })).toBeVisible();
    await expect(page.getByRole('cell', { name: 'kim' }).first()).toBeVisible();
  });
});

test('a payload is tried, and nothing of it is stored; XML needs no schema; the editor knows the functions', async ({ page, server }) => {
  await server.setUp();
  const { id: stream } = await server.api<{ id: string }>('POST', '/api/v0/streams', { name: 'sales' });
  const { id: feed } = await server.api<{ id: string }>('POST', '/api/v0/feeds', {
    source: 'Retail', name: 'Tenders', primary_key: ['no'],
    fields: [{ name: 'no', type: 'string' }, { name: 'amount', type: 'decimal' }],
  });
  await server.api('POST', '/api/v0/ingest-queries', { name: 'Tenders', sql: "SELECT _no AS no, p.amount FROM streaming LATERAL VIEW explode(payments.payment) AS p WHERE p.kind <> 'void'" });
  await server.api('POST', '/api/v0/couriers', {
    name: 'Sales', stream_id: stream, file_format: 'XML', file_tag: 'streaming',
    load_operations: { [feed]: [{ type: 'spark-sql', 'spark-sql-query': 'Tenders', 'spark-sql-files': [{ file: 'streaming', options: { rowTag: 'sale' } }] }] },
  });
  // What was sent before: a payment that was repeated makes it an array.
  await server.send(await server.ingestToken(), stream, '<sales><sale no="1"><payments><payment><kind>a</kind><amount>1</amount></payment><payment><kind>b</kind><amount>2</amount></payment></payments></sale></sales>');
  await server.api('POST', `/api/v0/streams/${stream}/flush`, {});
  await signIn(page, server);
  await page.goto(`${server.url}/ui/streams/${stream}/try`);
  const payload = page.getByLabel('Payload', { exact: true });
  const tryIt = page.getByRole('button', { name: 'Try it' });

  await test.step('Its rows', async () => {
    await payload.fill('<sales><sale no="0077"><payments><payment><kind>a</kind><amount>9.50</amount></payment><payment><kind>b</kind><amount>1</amount></payment></payments></sale></sales>');
    await tryIt.click();
    await expect(page.getByText('202 accepted')).toBeVisible();
    await expect(page.getByText('Becomes 2 rows')).toBeVisible();
    await expect(page.getByRole('cell', { name: '0077' }).first()).toBeVisible();
    await expect(page.getByText('the feed is not activated')).toBeVisible();
  });
  await test.step('The feed cannot take it, the query drops it, it is quarantined, it is refused', async () => {
    await payload.fill('<sales><sale no="1"><payments><payment><kind>a</kind><amount>free</amount></payment><payment><kind>b</kind><amount>1</amount></payment></payments></sale></sales>');
    await tryIt.click();
    await expect(page.getByRole('row', { name: /amount .*free/ })).toBeVisible();
    await payload.fill('<sales><sale no="1"><payments><payment><kind>void</kind><amount>1</amount></payment><payment><kind>void</kind><amount>1</amount></payment></payments></sale></sales>');
    await tryIt.click();
    await expect(page.getByText('Dropped by the query')).toBeVisible();
    await payload.fill(sale('a', '1').replace('</amount>', ''));
    await tryIt.click();
    await expect(page.getByText('It would be kept aside, in the quarantine')).toBeVisible();
    await payload.fill('{"id": 1}');
    await tryIt.click();
    await expect(page.getByText('400 refused')).toBeVisible();
    await expect(page.getByText('Use one stream for each payload type.')).toBeVisible();
  });
  await test.step('Nothing is stored', async () => {
    const { counts } = await server.api<{ counts: { in_files: number; quarantined: number } }>('GET', `/api/v0/streams/${stream}`);
    expect(counts).toMatchObject({ in_files: 1, quarantined: 0 });
  });
  await test.step('XML is read without a schema, and what the functions do is told', async () => {
    await page.goto(`${server.url}/ui/queries/new`);
    await page.getByText('A payload', { exact: true }).click();
    await page.getByLabel('Payload', { exact: true }).fill(sale('card', '9.50'));
    await page.getByLabel('Row tag').fill('sale');
    await write(page, 'Ingest query', 'SELECT _no, payments.payment.kind FROM streaming');
    await page.getByLabel('Ingest query', { exact: true }).press('Control+Enter');
    await expect(page.getByRole('cell', { name: 'card' })).toBeVisible();
    await write(page, 'Ingest query', '');
    await page.keyboard.type('SELECT date_tr');
    await expect(page.locator('.cm-tooltip-autocomplete')).toContainText('date_trunc');
    await expect(page.locator('.cm-completionInfo')).toContainText('date_trunc(string, timestamp) -> timestamp');
  });
});
