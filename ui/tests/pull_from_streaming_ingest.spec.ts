import { expect, signIn, test } from './world';

const today = () => new Date().toISOString().slice(0, 10);

/** The documents' way from a stream to a table: add courier, get sample files, add feeds, add load operations, run courier,
 * add to courier group. */
test('pull from Streaming Ingest', async ({ page, server }) => {
  await server.setUp();
  const { id: stream } = await server.api<{ id: string }>('POST', '/api/v0/streams', { name: 'web events' });
  const token = await server.ingestToken();
  await server.send(token, stream, '{"event_id": "e-1", "first-name": "Kim", "total": 18.50, "big": 1883097217372258305}');
  await server.send(token, stream, '{"event_id": "e-2", "first-name": "Ana", "total": 7.25, "coupon": "X"}');
  await server.api('POST', `/api/v0/streams/${stream}/flush`, {});
  await signIn(page, server);

  await test.step('From the Sources page, click Add Courier', async () => {
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Sources' }).click();
    await page.getByRole('button', { name: 'Add Courier', exact: true }).first().click();
    await expect(page.getByRole('heading', { name: 'Add Source' })).toBeVisible();
    await page.getByRole('button', { name: 'Streaming Ingest' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Streaming Ingest');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await expect(page.getByLabel('Credential name')).toHaveValue('acme-streaming-ingest');
    await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
    await expect(page.getByRole('combobox', { name: 'Credential' })).toHaveValue(/acme-streaming-ingest/);
    await page.getByRole('combobox', { name: 'Endpoint ID' }).click();
    await page.getByRole('option', { name: new RegExp(stream) }).click();
    await page.getByLabel('NDJSON').check();
    await expect(page.getByLabel('File tag')).toHaveValue('streaming');
    await page.getByLabel('Load operations, JSON').fill('df-xxxxxx');
    await expect(page.getByText('Cannot find required feeds: "df-xxxxxx"')).toBeVisible();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('heading', { name: 'Streaming Ingest', exact: true })).toBeVisible();
  });
  await test.step('Get sample files: Run, Load data from a specific day, today', async () => {
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Load data from a specific day').check();
    await dialog.getByLabel('Day', { exact: true }).fill(today());
    await dialog.getByRole('button', { name: 'Run', exact: true }).click();
    await expect(page).toHaveURL(/workflows\/wf-/);
    await expect(page.getByText('Error running load-operations task')).toBeVisible();
    await expect(page.getByText('Cannot find required feeds: "df-xxxxxx"').first()).toBeVisible();
    await expect(page.getByRole('table', { name: 'Notices' })).toContainText('1 file with 2 records');
    await page.getByRole('button', { name: 'Back' }).click();
    await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
  });
  let feed = '';
  await test.step('Add feed: Create new source, Feed Name, Select existing file, Load sample file on feed activation', async () => {
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Sources' }).click();
    await page.getByRole('button', { name: 'Add Feed', exact: true }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Add feed' });
    await dialog.getByLabel('Create new source').check();
    await dialog.getByLabel('Source name').fill('Streaming Ingest');
    await dialog.getByLabel('Feed Name').fill('WebEvents');
    await dialog.getByLabel('Select existing file').check();
    await dialog.getByLabel('Load sample file on feed activation').check();
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await expect(page.getByRole('heading', { name: 'Streaming Ingest:WebEvents' })).toBeVisible();
  });
  await test.step('Feed editor: rename, primary key, Generate an "updated" field, Activate', async () => {
    await expect(page.getByLabel('Rename first-name to')).toHaveValue('first_name');
    await page.getByLabel('Rename first-name to').fill('first name');
    await expect(page.getByText('Field names may only contain letters, numbers, and underscores.')).toBeVisible();
    await page.getByRole('button', { name: 'Rename to first_name' }).click();
    await page.getByRole('button', { name: 'event_id', exact: true }).click();
    await page.getByLabel('Generate an "updated" field').check();
    await page.getByRole('button', { name: 'Activate' }).click();
    await expect(page.getByText('2 read = 2 inserted')).toBeVisible();
    await expect(page.getByText('✓ Active')).toBeVisible();
    feed = page.url().split('/').at(-1)!;
    expect(feed).toMatch(/^df-/);
  });
  await test.step('Data Explorer: the rows, exactly', async () => {
    await page.getByRole('link', { name: 'Data Explorer' }).click();
    await page.getByRole('link', { name: 'Streaming Ingest:WebEvents' }).click();
    await expect(page.getByRole('cell', { name: '1883097217372258305' })).toBeVisible();
  });
  await test.step('Edit the courier: add the load operation with the feed ID', async () => {
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Sources' }).click();
    await page.getByRole('button', { name: 'Actions for Streaming Ingest' }).click();
    await page.getByRole('menuitem', { name: 'Edit' }).click();
    await page.getByLabel('Load operations, JSON').fill(JSON.stringify({ [feed]: [{ type: 'load', file: 'streaming' }] }));
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
  });
  await test.step('Run courier: the notice is Completed in', async () => {
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Run', exact: true }).click();
    await expect(page).toHaveURL(/workflows\/wf-/);
    await expect(page.getByText(/Completed in (\d+ minutes? )?\d+ seconds?/).first()).toBeVisible();
  });
  await test.step('The payload that a row came from, and its five stations', async () => {
    await page.getByRole('link', { name: 'Data Explorer' }).click();
    await page.getByRole('link', { name: 'Streaming Ingest:WebEvents' }).click();
    await page.getByRole('row', { name: /e-1/ }).getByRole('button', { name: 'Show payload' }).click();
    await page.getByRole('dialog').getByRole('link').first().click();
    await expect(page.getByRole('heading', { name: 'Receipt' })).toBeVisible();
    await expect(page.getByRole('list', { name: 'What became of it' }).getByText('✓')).toHaveCount(5);
    await expect(page.getByRole('region', { name: 'Payload' })).toContainText('1883097217372258305');
  });
  await test.step('Add to courier group: cron, Enabled, zone, + Add Courier, offset 24 hours', async () => {
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Sources' }).click();
    await page.getByRole('button', { name: 'Add Courier Group' }).first().click();
    await page.getByLabel('Name', { exact: true }).fill('Daily events');
    await page.getByLabel('Schedule').fill('30 2 * * *');
    await page.getByRole('combobox', { name: 'Time zone' }).fill('America/Los_A');
    await page.getByRole('option', { name: 'America/Los_Angeles' }).click();
    await expect(page.getByRole('switch', { name: 'Enabled' })).toBeChecked();
    await page.getByRole('button', { name: '+ Add Courier' }).click();
    await expect(page.getByRole('textbox', { name: 'Load data' })).toHaveValue('24');
    await expect(page.getByRole('table', { name: 'Next runs' }).getByRole('row')).toHaveCount(6);
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText('Daily events was saved')).toBeVisible();
    await expect(page.getByText(/Streaming Ingest: \d{4}-\d\d-\d\d until/).first()).toBeVisible();
  });
  await test.step('Run the group for today', async () => {
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Load data from a specific day').check();
    await dialog.getByRole('button', { name: 'Run', exact: true }).click();
    await expect(page).toHaveURL(/workflows\/wf-/);
    await expect(page.getByText(/^✓ Completed in/)).toBeVisible();
  });
});
