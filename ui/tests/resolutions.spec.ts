import { expect, signIn, test } from './world';

test('a run that failed goes on once its cause is mended: Show resolutions, Continue', async ({ page, server }) => {
  await server.setUp();
  const { id: stream } = await server.api<{ id: string }>('POST', '/api/v0/streams', { name: 'orders' });
  await server.send(await server.ingestToken(), stream, '{"order_id": "A-1"}');
  await server.api('POST', `/api/v0/streams/${stream}/flush`, {});
  await server.api('POST', '/api/v0/couriers', { name: 'Broken', stream_id: stream, file_format: 'NDJSON', file_tag: 'streaming', load_operations: { 'df-xxxxxx': [{ type: 'load', file: 'streaming' }] } });
  await signIn(page, server);
  await page.getByRole('link', { name: 'Sources' }).click();
  await page.getByRole('button', { name: 'Actions for Broken' }).click();
  await page.getByRole('menuitem', { name: 'Run' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page).toHaveURL(/workflows\/wf-/);
  await expect(page.getByText('Cannot find required feeds: "df-xxxxxx"').first()).toBeVisible();

  const run = page.url();
  await page.getByRole('link', { name: /^cr-/ }).click();
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByLabel('Load operations, JSON').fill('{}');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Broken was saved')).toBeVisible();

  await page.goto(run);
  await page.getByRole('button', { name: 'Show resolutions' }).click();
  await page.getByRole('dialog').getByLabel(/Restart workflow/).check();
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByText(/^✓ Completed in/)).toBeVisible();
});
