import { readFileSync } from 'node:fs';
import path from 'node:path';

import { expect, type Server, signIn, test } from './world';

/** Every page with data in it: axe in light, dark and on a phone, and a screenshot of each to look at (build/screenshots). */

const axe = readFileSync(path.resolve(import.meta.dirname, '../node_modules/axe-core/axe.min.js'), 'utf8');
const shots = path.resolve(import.meta.dirname, '../../build/screenshots');
const hostile = '<img src=x onerror=alert(1)> \u202Egnp.exe';

async function fill(server: Server): Promise<Record<string, string>> {
  const make = async (address: string, body: unknown) => (await server.api<{ id: string }>('POST', `/api/v0/${address}`, body)).id;
  const orders = await make('streams', { name: 'orders', description: 'Orders of the shop' });
  const sales = await make('streams', { name: 'sales', description: 'Tills, in XML' });
  const odd = await make('streams', { name: hostile, description: hostile });
  const token = await server.ingestToken();
  let receipt = '';
  for (let number = 0; number < 40; number += 1) {
    receipt = await server.send(token, orders, JSON.stringify({ order_id: `A-${1000 + number}`, email: `kim${number}@example.org`, total: `${number}.50`, note: hostile, placed_at: '2026-11-28T10:24:11Z', big: '@' }).replace('"@"', '1883097217372258305'));
  }
  await server.send(token, sales, '<sales><sale><saleId>77</saleId></sale></sales>');
  const held = await server.send(token, sales, '<sales><sale><saleId>78</sales>');
  await server.send(token, odd, JSON.stringify({ x: hostile }));
  for (const stream of [orders, sales, odd]) await server.api('POST', `/api/v0/streams/${stream}/flush`, {});
  const query = await make('ingest-queries', { name: 'Flatten_Sales', description: 'One row a payment', sql: 'SELECT s.saleId\nFROM streaming s\n' });
  const { items } = await server.api<{ items: { path: string }[] }>('GET', `/api/v0/feeds/samples?stream_id=${orders}`);
  const sample = items[0]!.path;
  const drafted = await server.api<{ feed: Record<string, unknown> }>('POST', '/api/v0/feeds/draft', { file: sample });
  const feed = await make('feeds', { ...drafted.feed, source: 'Shop', name: 'Orders', primary_key: ['order_id'] });
  await server.api('POST', `/api/v0/feeds/${feed}/activate`, {});
  const courier = await make('couriers', { name: 'Shop orders', stream_id: orders, file_format: 'NDJSON', file_tag: 'streaming', load_operations: { [feed]: [{ type: 'load', file: 'streaming' }] } });
  const broken = await make('couriers', { name: 'Odd', stream_id: odd, file_format: 'NDJSON', file_tag: 'streaming', load_operations: { 'df-xxxxxx': [{ type: 'load', file: 'streaming' }] } });
  const files = await make('couriers', {
    kind: 'file', name: 'Nightly files', location: 'store', folder: 'in', load_operations: {},
    load_settings: [{ 'object/type': 'file', 'object/file-pattern': "'orders_'yyyy-MM-dd'.csv'", 'object/land-as': { 'file/tag': 'orders', 'file/content-type': 'text/csv', 'file/header-rows': 1 } }],
  });
  const group = await make('courier-groups', { name: 'Daily orders', schedule: '30 2 * * *', time_zone: 'America/Los_Angeles', couriers: [{ courier_id: courier, offset_s: 86400 }] });
  const run = await make(`couriers/${courier}/runs`, { all: true });
  const failed = await make(`couriers/${broken}/runs`, { all: true });
  for (const each of [run, failed]) {
    await expect.poll(async () => (await server.api<{ state: string }>('GET', `/api/v0/workflow/runs/${each}`)).state).toMatch(/succeeded|failed/);
  }
  await server.api('POST', `/api/v0/tables/${encodeURIComponent('Shop:Orders')}/shadow`, {});
  const marked = await make('feeds', { source: 'Shop', name: 'Totals', primary_key: ['order_id'], error_threshold: 100, fields: [{ name: 'order_id', type: 'string', required: true }, { name: 'email', type: 'integer', required: false }] });
  await server.api('POST', `/api/v0/feeds/${marked}/activate`, {});
  const wrong = await make('couriers', { name: 'Totals', stream_id: orders, file_format: 'NDJSON', file_tag: 'streaming', load_operations: { [marked]: [{ type: 'load', file: 'streaming' }] } });
  const erring = await make(`couriers/${wrong}/runs`, { all: true });
  await expect.poll(async () => (await server.api<{ state: string }>('GET', `/api/v0/workflow/runs/${erring}`)).state).toMatch(/succeeded|failed/);
  const alert = await make('alerts', { name: 'On call', channel: 'webhook', target: 'http://127.0.0.1:9/hook' });
  await server.api('POST', `/api/v0/alerts/${alert}/test`, {});
  await server.api('POST', '/api/v0/users', { name: 'ana', policies: ['datagrid-operator'] }).catch(() => undefined);
  return { orders, courier, files, feed, query, group, run, failed, held, receipt, sample, erring, alert };
}

test('every page, in light, dark and on a phone, with axe', async ({ page, server }) => {
  test.setTimeout(300_000);
  await server.setUp();
  const ids = await fill(server);
  await page.goto(`${server.url}/ui/login`);
  await look('login');
  await signIn(page, server);
  const pages: [string, string][] = [
    ['home', '/'], ['sources', '/sources'],
    ['stream-tail', `/streams/${ids['orders']}`], ['stream-files', `/streams/${ids['orders']}/files`], ['stream-fields', `/streams/${ids['orders']}/fields`], ['stream-hours', `/streams/${ids['orders']}/hours`], ['stream-settings', `/streams/${ids['orders']}/settings`],
    ['courier', `/couriers/${ids['courier']}`], ['courier-edit', `/couriers/${ids['courier']}/edit`], ['courier-add', '/couriers/new'], ['courier-files', `/couriers/${ids['files']}`], ['courier-files-edit', `/couriers/${ids['files']}/edit`],
    ['feed', `/feeds/${ids['feed']}`], ['feed-new', `/feeds/new?source=Shop&name=Copy&sample=${encodeURIComponent(ids['sample']!)}`],
    ['query', `/queries/${ids['query']}`], ['group', `/groups/${ids['group']}`],
    ['workflows', '/workflows'], ['run', `/workflows/${ids['run']}`], ['run-failed', `/workflows/${ids['failed']}`],
    ['quarantine', '/quarantine'], ['quarantine-payload', `/quarantine/${ids['held']}`], ['receipt', `/receipts/${ids['receipt']}`], ['receipts', '/receipts'],
    ['tables', '/tables'], ['table', '/tables/Shop%3AOrders'], ['table-loads', '/tables/Shop%3AOrders/loads'], ['table-shadow', '/tables/Shop%3AOrders/shadow'], ['run-errors', `/workflows/${ids['erring']}`],
      ['alerts', '/alerts'], ['alert', `/alerts/${ids['alert']}`], ['sql', '/sql?q=SELECT%201'],
    ['users-keys', '/users'], ['users-people', '/users/people'], ['users-audit', '/users/audit'], ['no-such-page', '/nowhere'],
  ];
  for (const [name, address] of pages) {
    await page.goto(`${server.url}/ui${address}`);
    await look(name);
  }
  await test.step('with its menus and dialogs open', async () => {
    type Step = ['button' | 'menuitem' | 'combobox', string | RegExp];
    const menu = (of: string | RegExp, item?: string): Step[] => [['button', of], ...(item ? [['menuitem', item] as Step] : [])];
    const dialogs: [string, string, Step[]][] = [
      ['menu-key', '/users/keys', menu('Actions for sender')],
      ['dialog-token', '/users/keys', menu('Actions for sender', 'Generate access token')],
      ['dialog-oauth', '/users/keys', menu('Actions for sender', 'Create OAuth credentials')],
      ['dialog-revoke', '/users/keys', menu('Actions for sender', 'Revoke tokens')],
      ['dialog-rotate', '/users/keys', menu('Actions for sender', 'Rotate API token')],
      ['dialog-key-delete', '/users/keys', menu('Actions for sender', 'Delete')],
      ['dialog-key', '/users/keys', [['button', 'Add API key']]],
      ['dialog-person', '/users/people', [['button', 'Add user']]],
      ['menu-user', '/', [['button', /^kim/]]],
      ['dialog-password', '/', menu(/^kim/, 'Change password')],
      ['dialog-stream', '/sources', [['button', 'Add stream']]],
      ['dialog-feed', '/sources', [['button', 'Add Feed']]],
      ['menu-stream', '/sources', menu('Actions for orders')],
      ['dialog-samples', '/sources', menu('Actions for orders', 'Samples')],
      ['dialog-stream-delete', '/sources', menu('Actions for orders', 'Delete')],
      ['dialog-run', '/sources', menu('Actions for Shop orders', 'Run')],
      ['dialog-group-run', '/sources', menu('Actions for Daily orders', 'Run')],
      ['dialog-send', `/streams/${ids['orders']}`, [['button', 'Send a test payload']]],
      ['dialog-load', `/feeds/${ids['feed']}`, [['button', 'Load new data']]],
      ['menu-examples', '/queries/new', [['button', /^Examples/]]],
      ['list-streams', '/queries/new', [['combobox', 'Stream']]],
      ['dialog-resolutions', `/workflows/${ids['failed']}`, [['button', 'Show resolutions']]],
      ['dialog-row-error', `/workflows/${ids['erring']}`, [['button', /^Mend row/]]],
      ['menu-table', '/tables/Shop%3AOrders', menu('Actions for Shop:Orders')],
      ['dialog-purge', '/tables/Shop%3AOrders', menu('Actions for Shop:Orders', 'Purge')],
      ['dialog-records', '/tables/Shop%3AOrders', menu('Actions for Shop:Orders', 'Delete records')],
      ['dialog-export', '/tables/Shop%3AOrders', [['button', 'Export']]],
      ['dialog-undo', '/tables/Shop%3AOrders/loads', menu(/^Actions for load/, 'Undo')],
      ['dialog-swap', '/tables/Shop%3AOrders/shadow', [['button', 'Swap']]],
      ['dialog-origin', '/tables/Shop%3AOrders', [['button', 'Show payload']]],
      ['dialog-alert', '/alerts', [['button', 'Add alert']]],
      ['menu-alert', '/alerts', menu('Actions for On call')],
      ['dialog-delivery', `/alerts/${ids['alert']}`, menu(/^Actions for alm-/, 'Show tries')],
    ];
    for (const [at, [name, address, steps]] of dialogs.entries()) {
      await page.goto(`${server.url}/ui${address}`);
      for (const [role, label] of steps) await page.getByRole(role, { name: label, exact: true }).first().click();
      await look(name, [at % 2 === 0 || !name.startsWith('dialog') ? 'dark' : 'phone']); // each costs a second
    }
  });

  async function look(name: string, ways = ['light', 'dark', 'phone']) {
    await expect(page.getByRole('heading').first()).toBeVisible();
    await expect(page.locator('[aria-busy=true]')).toHaveCount(0);
    for (const way of ways) {
      await page.emulateMedia({ colorScheme: way === 'dark' ? 'dark' : 'light', reducedMotion: 'reduce' });
      await page.setViewportSize(way === 'phone' ? { width: 390, height: 844 } : { width: 1280, height: 800 });
      await page.screenshot({ path: path.join(shots, `${name}-${way}.png`), fullPage: true, animations: 'disabled' });
      await check(`${name} ${way}`, ways.length > 1 ? way : 'light');
    }
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    await page.setViewportSize({ width: 1280, height: 800 });
  }

  /**
   * axe comes in by the debugger's door: the policy lets no script in by another. Of a page that was light before, dark changes nothing but its
   * colours, and the phone everything but them. Dialogs, some of them on the phone, are checked for all.
   */
  async function check(where: string, way: string) {
    if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
    const rules = { light: {}, dark: { runOnly: ['color-contrast'] }, phone: { rules: { 'color-contrast': { enabled: false } } } }[way];
    const found = await page.evaluate(async (asked) => {
      const { violations } = await (window as never as { axe: { run: (options: unknown) => Promise<{ violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[] }> } }).axe.run({ resultTypes: ['violations'], ...asked });
      return violations.filter((each) => each.impact === 'serious' || each.impact === 'critical').map((each) => `${each.id}: ${each.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 200)} ${node.failureSummary.slice(0, 200)}`).join(' | ')}`);
    }, rules);
    expect.soft(found, where).toEqual([]);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect.soft(overflow, `${where} is wider than the screen`).toBeLessThanOrEqual(0);
  }
});
