import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { expect, signIn, test } from './world';

const axe = readFileSync(path.resolve(import.meta.dirname, '../node_modules/axe-core/axe.min.js'), 'utf8');
const shots = path.resolve(import.meta.dirname, '../../build/screenshots');

test('the API is there to read, and its commands work when they are pasted', async ({ page, server }) => {
  await server.setUp();
  await signIn(page, server);
  await page.goto(`${server.url}/api`);
  await expect(page).toHaveURL(`${server.url}/ui/api`);
  await expect(page.getByRole('heading', { name: 'API', exact: true })).toBeVisible();
  await page.getByLabel('Filter the operations').fill('ingest-queries');
  await expect(page.getByText('/api/v0/streams', { exact: true })).toHaveCount(0);
  await page.getByLabel('Filter the operations').fill('createStream');
  await page.getByText('/api/v0/streams', { exact: true }).click();
  await expect(page.getByText(/DataGrid Administrator \(users\)/)).toBeVisible();
  await expect(page.getByRole('cell', { name: 'xml_check' })).toBeVisible();
  await expect(page.getByLabel('Example of an answer')).toContainText('"ingest_path": "/stream/v0/data/is-');
  const command = await page.getByLabel('createStream as curl').innerText();
  const run = (text: string) => execFileSync('sh', ['-c', text], { env: { ...process.env, WEIR_TOKEN: server.admin } }).toString();
  expect((JSON.parse(run(command)) as { id: string }).id).toMatch(/^is-/);
  for (const way of ['light', 'dark', 'phone']) {
    await page.emulateMedia({ colorScheme: way === 'dark' ? 'dark' : 'light', reducedMotion: 'reduce' });
    await page.setViewportSize(way === 'phone' ? { width: 390, height: 844 } : { width: 1280, height: 800 });
    await page.screenshot({ path: path.join(shots, `api-${way}.png`), fullPage: true, animations: 'disabled' });
    await page.evaluate(axe);
    const found = await page.evaluate(async () => {
      const { violations } = await (window as never as { axe: { run: () => Promise<{ violations: { id: string; impact: string }[] }> } }).axe.run();
      return violations.filter((each) => each.impact === 'serious' || each.impact === 'critical').map((each) => each.id);
    });
    expect.soft(found, way).toEqual([]);
    expect.soft(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), way).toBeLessThanOrEqual(0);
  }
  await page.getByLabel('Filter the operations').fill('');
  await page.goto(`${server.url}/ui/api#listStreams`);
  const listing = await page.getByLabel('listStreams as curl').innerText();
  expect((JSON.parse(run(listing)) as { items: unknown[] }).items).toHaveLength(1);
  const described = (await (await fetch(`${server.url}/api`)).json()) as { openapi: string; paths: Record<string, Record<string, { responses: Record<string, { content?: Record<string, { example?: unknown }> }> }>> };
  expect(described.openapi).toBe('3.1.0');
  const said = described.paths['/api/v0/streams']!['post']!.responses['201']!.content!['application/json']!.example;
  expect(said).toMatchObject({ ingest_path: expect.stringMatching(/^.stream.v0.data.is-/) as unknown });
});
