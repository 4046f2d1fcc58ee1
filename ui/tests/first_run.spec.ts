import { expect, password, signIn, test } from './world';

/** With 8 seconds of reading at each step, the whole way has three minutes. */
const thought_s = 8;

test('from an empty server to a row in a table in under three minutes', async ({ page, server }) => {
  const begun = Date.now();
  let thoughts = 0;
  const think = () => { thoughts += 1; };
  await page.goto(`${server.url}/ui/setup#${server.setupCode}`);
  think();
  await page.getByLabel('Name', { exact: true }).fill('kim');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByLabel('Password again').fill(password);
  await page.getByRole('button', { name: 'Continue' }).click();
  think();
  await page.getByRole('link', { name: 'Make a first stream' }).click();
  think();
  await page.getByRole('button', { name: 'Add stream' }).click();
  think();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(page.getByText('this is safe on disk')).toBeVisible();
  think();
  await page.getByRole('button', { name: 'Use as sample' }).click();
  await expect(page.getByRole('combobox', { name: 'Primary key' })).toHaveValue('order_id');
  think();
  await page.getByRole('button', { name: 'Activate' }).click();
  await expect(page.getByRole('button', { name: 'Show payload' })).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('cell', { name: '18.50' })).toBeVisible();
  think();
  await page.getByRole('button', { name: 'Show payload' }).click();
  await page.getByRole('dialog').getByRole('link').first().click();
  await expect(page.getByRole('list', { name: 'What became of it' }).getByText('✓')).toHaveCount(5);
  expect((Date.now() - begun) / 1000 + thoughts * thought_s).toBeLessThan(180);
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }) + location.href);
  expect(kept).not.toMatch(/eyJ/);
});

test('a payload that somebody else sends ends the listening', async ({ page, server }) => {
  await server.setUp();
  const { id: stream } = await server.api<{ id: string }>('POST', '/api/v0/streams', { name: 'orders' });
  const token = await server.ingestToken();
  await signIn(page, server);
  await page.goto(`${server.url}/ui/first/${stream}`);
  await expect(page.getByText('Listening…')).toBeVisible();
  await server.send(token, stream, '{"order_id": "A-1"}');
  await expect(page.getByText('1 payload: safe on disk.')).toBeVisible();
  await page.getByRole('button', { name: 'Use as sample' }).click();
  await expect(page.getByRole('combobox', { name: 'Primary key' })).toHaveValue('order_id');
});
