import { readFileSync } from 'node:fs';
import path from 'node:path';

import { expect, signIn, test } from './world';

const axe = readFileSync(path.resolve(import.meta.dirname, '../node_modules/axe-core/axe.min.js'), 'utf8');
const shots = path.resolve(import.meta.dirname, '../../build/screenshots');

/** The fields of a stream: empty, as they are found, and what changed. */
test('a stream shows which fields its payloads have', async ({ page, server }) => {
  await server.setUp();
  const { id } = await server.api<{ id: string }>('POST', '/api/v0/streams', { name: 'orders' });
  const token = await server.ingestToken();
  await signIn(page, server);
  await page.goto(`${server.url}/ui/streams/${id}/fields`);
  await expect(page.getByText('No field is known yet.')).toBeVisible();

  for (let number = 0; number < 40; number += 1) {
    const order = { order_id: `A-${1000 + number}`, email: `kim${number}@example.org`, total: number % 4 === 0 ? 7 : 12.5, items: [{ sku: 'S-1', '<b>odd</b> name': '\u202Egnp' }], api_token: 'secret-text', ...(number < 10 ? { coupon: 'SPRING' } : {}) };
    await server.send(token, id, JSON.stringify(order));
  }
  await page.getByRole('button', { name: 'Close batches now' }).click();
  const row = (name: string) => page.getByRole('row').filter({ has: page.getByText(name, { exact: true }) });
  await expect(row('order_id')).toContainText('A-1000', { timeout: 15_000 });
  await expect(row('order_id')).toContainText('100 %');
  await expect(row('coupon')).toContainText('25 %');
  await expect(row('total')).toContainText('number 75 %');
  await expect(row('total')).toContainText('integer 25 %');
  await expect(row('email')).toContainText('xxx9@xxxxxxx.xxx');
  await expect(page.getByText('kim1@example.org')).toHaveCount(0);
  await expect(page.getByText('secret-text')).toHaveCount(0);
  await expect(row('sku')).toContainText('S-1');
  await expect(page.getByText('`<b>odd</b> name`', { exact: true })).toBeVisible();
  await expect(page.getByText('Nothing to compare with: no payload came in the seven days before.')).toBeVisible();

  await page.getByLabel('Filter the fields').fill('items[].s');
  await expect(page.getByText('items[].sku', { exact: true })).toBeVisible();
  await expect(page.getByText('order_id', { exact: true })).toHaveCount(0);
  await page.getByLabel('Filter the fields').fill('nowhere');
  await expect(page.getByText(/None of \d+ match/)).toBeVisible();
  await page.getByLabel('Filter the fields').fill('');

  await test.step('what changed', async () => {
    // A day before today cannot be sent to a server: its answer gets a week, as the API gives it.
    await page.route(`**/api/v0/streams/${id}/fields*`, async (route) => {
      const answer = await route.fetch();
      const body = (await answer.json()) as { week: { looked_at: number }; fields: { share_of_week: number }[]; changes: unknown[] };
      body.week.looked_at = 2000;
      body.fields.forEach((each) => (each.share_of_week = 0.5));
      body.changes = [
        { kind: 'gone', path: 'phone', share_before: 0.98, share_now: 0, types_before: ['string'], types_now: [] },
        { kind: 'type_changed', path: 'total', share_before: 1, share_now: 1, types_before: ['string'], types_now: ['number', 'integer'] },
        { kind: 'new', path: 'coupon', share_before: 0, share_now: 0.25, types_before: [], types_now: ['string'] },
        { kind: 'share_moved', path: 'order_id', share_before: 0.999, share_now: 0.004, types_before: ['string'], types_now: ['string'] },
      ];
      await route.fulfill({ response: answer, json: body });
    });
    await page.reload();
    await expect(page.getByText('was in 98 % of the payloads, and is in none')).toBeVisible();
    await expect(page.getByText('was string, and is number or integer')).toBeVisible();
    await expect(page.getByText('is in <1 % of the payloads; it was in >99 %')).toBeVisible();
    await expect(row('coupon')).toContainText('New');
    for (const way of ['light', 'dark', 'phone']) {
      await page.emulateMedia({ colorScheme: way === 'dark' ? 'dark' : 'light', reducedMotion: 'reduce' });
      await page.setViewportSize(way === 'phone' ? { width: 390, height: 844 } : { width: 1280, height: 800 });
      await page.screenshot({ path: path.join(shots, `stream-fields-changed-${way}.png`), fullPage: true, animations: 'disabled' });
      await page.evaluate(axe);
      const found = await page.evaluate(async () => {
        const { violations } = await (window as never as { axe: { run: () => Promise<{ violations: { id: string; impact: string }[] }> } }).axe.run();
        return violations.filter((each) => each.impact === 'serious' || each.impact === 'critical').map((each) => each.id);
      });
      expect.soft(found, way).toEqual([]);
      expect.soft(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), way).toBeLessThanOrEqual(0);
    }
  });
});
