import { availableParallelism, loadavg } from 'node:os';

import type { Page } from '@playwright/test';

import { expect, type Server, signIn, test } from './world';

/** Payloads as they come, what waits for a person, and pages that stay right by themselves. */
async function stream(server: Server) {
  await server.setUp();
  const { id } = await server.api<{ id: string }>('POST', '/api/v0/streams', { name: 'orders' });
  return { id, token: await server.ingestToken() };
}

const rows = (page: Page) => page.getByRole('list', { name: 'Payloads as they come' }).getByRole('listitem');

test('the tail shows payloads after their 202, filtered, paused, opened, and after a restart', async ({ page, server }) => {
  const { id, token } = await stream(server);
  await signIn(page, server);
  await page.goto(`${server.url}/ui/streams/${id}`);
  await expect(page.getByText('Listening.')).toBeVisible();
  await expect(page.getByText('✓ Live')).toBeVisible();

  await test.step('A payload appears and opens in place', async () => {
    const receipt = await server.send(token, id, '{"order_id":"A-1","total":7,"note":"<img src=x onerror=alert(1)> \u202Egnp.exe"}');
    await expect(rows(page)).toHaveCount(1);
    await expect(rows(page).first()).toContainText('\\u202egnp.exe');
    await rows(page).first().getByRole('button').click();
    await expect(rows(page).first().getByLabel('Payload', { exact: true })).toContainText('"order_id": "A-1"');
    await rows(page).first().getByRole('link', { name: receipt }).click();
    await expect(page.getByText('safe on disk')).toBeVisible();
    await page.goBack();
    await expect(page.getByText('Listening.')).toBeVisible();
  });

  await test.step('The server filters; a filter that is none says why', async () => {
    await page.getByLabel('Filter').fill('total >');
    await page.keyboard.press('Enter');
    await expect(page.getByText('Say what to compare "total" with')).toBeVisible();
    await page.getByLabel('Filter').fill('total > 100');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/filter=total/);
    await expect(page.getByText('✓ Live')).toBeVisible();
    await expect(async () => {
      await server.send(token, id, '{"order_id":"A-2","total":50}');
      await server.send(token, id, '{"order_id":"A-3","total":200}');
      await expect(rows(page)).not.toHaveCount(0, { timeout: 1_000 });
    }).toPass();
    await expect(rows(page).filter({ hasText: 'A-3' })).not.toHaveCount(0);
    await expect(rows(page).filter({ hasText: 'A-2' })).toHaveCount(0);
    await expect(page.getByText(/\d did not match/)).toBeVisible();
    await page.getByLabel('Filter').fill('');
    await page.keyboard.press('Enter');
    await expect(page).not.toHaveURL(/filter=/);
    await expect(async () => {
      await server.send(token, id, '{"order_id":"A-4"}');
      await expect(rows(page)).not.toHaveCount(0, { timeout: 1_000 });
    }).toPass();
  });

  await test.step('Pause keeps the place and counts', async () => {
    await page.getByRole('button', { name: 'Pause' }).click();
    await server.send(token, id, '{"order_id":"A-5"}');
    await expect(page.getByRole('button', { name: '1 waiting: show' })).toBeVisible();
    await expect(rows(page).first()).toContainText('A-4');
    await page.getByRole('button', { name: 'Continue' }).click();
    await expect(rows(page).first()).toContainText('A-5');
  });

  await test.step('After a kill and a restart it is live again, with each payload once', async () => {
    await server.kill();
    await expect(page.getByText(/Not live since/)).toBeVisible();
    await server.start(Number(new URL(server.url).port));
    await server.send(token, id, '{"order_id":"A-6"}');
    await expect(rows(page).filter({ hasText: 'A-6' })).toHaveCount(1, { timeout: 30_000 });
    await expect(page.getByText('✓ Live')).toBeVisible();
    await expect(rows(page).filter({ hasText: 'A-5' })).toHaveCount(1);
  });
});

test('nine tabs are live over one connection', async ({ page, server, context }) => {
  const { id, token } = await stream(server);
  await signIn(page, server);
  const tabs = [page];
  while (tabs.length < 9) tabs.push(await context.newPage());
  for (const tab of tabs) await tab.goto(`${server.url}/ui/streams/${id}/tail`);
  for (const tab of tabs) await expect(tab.getByText('✓ Live')).toBeVisible();
  await server.send(token, id, '{"order_id":"A-1"}');
  for (const tab of tabs) {
    await tab.bringToFront();
    await expect(rows(tab)).toHaveCount(1);
  }
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(/^weir_followers (\d+)/m.exec(metrics)?.[1]).toBe('1');
  for (const tab of tabs.slice(1)) await tab.close();
});

test('twenty seconds of 200 payloads a second keep the page free', async ({ page, server }) => {
  test.setTimeout(180_000);
  const { id, token } = await stream(server);
  await signIn(page, server);
  await page.goto(`${server.url}/ui/streams/${id}/tail`);
  await expect(page.getByText('✓ Live')).toBeVisible();
  await server.send(token, id, '{"order_id":"first"}');
  await expect(rows(page)).toHaveCount(1);
  await page.evaluate(() => {
    const found = ((window as unknown as { longTasks: number[] }).longTasks = []) as number[];
    new PerformanceObserver((list) => found.push(...list.getEntries().map((each) => each.duration))).observe({ type: 'longtask' });
  });
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const busy = async () => (await devtools.send('Performance.getMetrics')).metrics.find((each) => each.name === 'TaskDuration')!.value;
  const before = await busy();
  const begin = Date.now();
  let sent = 0;
  while (Date.now() - begin < 20_000) {
    const due = Math.floor(((Date.now() - begin) / 1000) * 200) - sent;
    await Promise.all(Array.from({ length: Math.min(due, 50) }, () => server.send(token, id, JSON.stringify({ order_id: `A-${(sent += 1)}`, email: 'kim@example.org', total: 18.5, lines: [{ sku: 'A-1', count: 2 }] }))));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const share = (await busy() - before) / ((Date.now() - begin) / 1000);
  const longTasks = await page.evaluate(() => (window as unknown as { longTasks: number[] }).longTasks);
  console.log(`${sent} sent, main thread busy ${(100 * share).toFixed(1)} % of CPU time, long tasks: ${longTasks.map(Math.round).join(', ') || 'none'}; load ${loadavg()[0]!.toFixed(1)} on ${availableParallelism()} cores`);
  if (sent > 2_000) await expect(page.getByText(/left out [\d,]+/)).toBeVisible();
  expect(await rows(page).count()).toBeLessThanOrEqual(500);
  expect(share).toBeLessThan(0.2);
  // A machine with more to do than cores stretches each task: how long they took says nothing of the page then.
  if (loadavg()[0]! <= availableParallelism()) expect(longTasks).toEqual([]);
});

test('Home tells what needs a person until it is resolved or put aside, and runs move by themselves', async ({ page, server }) => {
  const { id, token } = await stream(server);
  await signIn(page, server);
  const needs = page.getByRole('table', { name: 'Needs you' });
  // A machine short of disk needs a person too; then nothing else does.
  await expect(page.getByText('Nothing needs you').or(needs.getByText('make room'))).toBeVisible();
  await expect(needs.getByRole('link')).toHaveCount(0);
  await expect(page.getByRole('row', { name: /orders 0\/s/ })).toBeVisible(); // rates are told from the first look on
  await server.send(token, id, '{"order_id":"A-1"}');
  await expect(page.getByRole('row', { name: /orders .* s ago/ })).toBeVisible();
  await server.api('POST', `/api/v0/streams/${id}/flush`, {});
  const courier = await server.api<{ id: string }>('POST', '/api/v0/couriers', { name: 'Broken', stream_id: id, file_format: 'NDJSON', file_tag: 's', load_operations: { 'df-xxxxxx': [{ type: 'load', file: 's' }] } });
  const run = await server.api<{ id: string }>('POST', `/api/v0/couriers/${courier.id}/runs`, { all: true });
  await expect(needs.getByRole('link', { name: /Broken failed/ })).toHaveAttribute('href', `/ui/workflows/${run.id}`);
  await expect(page.getByRole('row', { name: new RegExp(`Broken.*Failed.*${run.id}`) })).toBeVisible();
  await needs.getByRole('button', { name: 'Resolve' }).click();
  await expect(page.getByRole('dialog', { name: 'Resolutions' })).toBeVisible();
  await page.keyboard.press('Escape');
  await needs.getByRole('button', { name: /Put aside until it changes: Broken/ }).click();
  await expect(page.getByText('1 matter put aside until it changes')).toBeVisible();
  await server.api('POST', `/api/v0/couriers/${courier.id}/runs`, { all: true });
  await expect(needs.getByRole('link', { name: /Broken failed, 2 runs/ })).toBeVisible();
});
