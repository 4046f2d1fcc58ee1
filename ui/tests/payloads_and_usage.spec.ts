import { expect, signIn, test } from './world';

test('a payload is under Payloads from its 202 on, and in the usage of its day once its batch closes', async ({ page, server }) => {
  await server.setUp();
  const { id } = await server.api<{ id: string }>('POST', '/api/v0/streams', { name: 'orders' });
  const token = await server.ingestToken();
  const receipt = await server.send(token, id, '{"order_id":"A-1"}');
  await server.send(token, id, '{"order_id":"A-2"}');
  await fetch(`${server.url}/stream/v0/data/${id}`, { method: 'POST', headers: { Authorization: `Bearer ${token}`, 'X-Amperity-Tenant': 'acme', 'Content-Type': 'application/json' }, body: 'no JSON' });
  await signIn(page, server);

  await test.step('Home knows of payloads that are in no file', async () => {
    const arriving = page.getByRole('table', { name: 'Arriving now' });
    await expect(arriving.getByText(/\d+ (s|min) ago/)).toBeVisible();
    await expect(arriving.getByText('none yet')).toHaveCount(0);
  });

  await test.step('They wait, the newest first, and open in place', async () => {
    await page.goto(`${server.url}/ui/streams/${id}/payloads`);
    const waiting = page.getByRole('list', { name: 'Payloads that wait' }).getByRole('listitem');
    await expect(waiting).toHaveCount(2);
    await expect(waiting.first()).toContainText('A-2');
    await waiting.last().getByRole('button').click();
    await expect(waiting.last().getByLabel('Payload', { exact: true })).toContainText('"order_id": "A-1"');
    await waiting.last().getByRole('link', { name: receipt }).click();
    await expect(page.getByRole('region', { name: 'Payload' })).toContainText('"order_id": "A-1"');
    await page.goBack();
  });

  await test.step('Once their batch closes they are in files', async () => {
    await page.getByRole('button', { name: 'Close batches now' }).click();
    await expect(page.getByText('Every accepted payload is in a file')).toBeVisible();
    await expect(page.getByRole('region', { name: 'Payloads' }).getByText('A-1')).toBeVisible();
  });

  await test.step('Their day counts them, and what was refused', async () => {
    await expect(async () => {
      const usage = await server.api<{ days: { payloads: number; refused: number }[] }>('GET', '/api/v0/usage');
      expect(usage.days.at(-1)).toMatchObject({ payloads: 2, refused: 1 });
    }).toPass({ timeout: 60_000 });
    await page.goto(`${server.url}/ui/streams/${id}/hours`);
    await expect(page.getByText('2 payloads by UTC day')).toBeVisible();
    await page.getByText('As a table').click();
    const row = page.getByRole('table', { name: 'Usage by day' }).getByRole('row').last();
    await expect(row.getByRole('cell')).toHaveText([new Date().toISOString().slice(0, 10), '2', /B$/, '1', '0', '0', '1']);
    await page.goto(`${server.url}/ui/`);
    await expect(page.getByRole('img', { name: 'At most 2 payloads in one day' })).toBeVisible();
  });
});
