import { expect, type Server, signIn, test } from './world';

/** Names and payloads that want to be markup, to turn what is read around, or to be too much; in every place that shows them. */
const name = '<img src=x onerror=document.title="taken"> \u202Egnp.exe <script>document.title="taken"</script> javascript:alert(1)';
const long = 'W'.repeat(200);

const nested = (depth: number) => `${'{"d":'.repeat(depth)}1${'}'.repeat(depth)}`;
const wide = () => JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`key ${at} <b>`, 1])));

async function fill(server: Server) {
  const make = async (address: string, body: unknown) => (await server.api<{ id: string }>('POST', `/api/v0/${address}`, body)).id;
  const stream = await make('streams', { name, description: `${name} ${long}` });
  const other = await make('streams', { name: long });
  const token = await server.ingestToken();
  const receipts = [];
  for (const payload of [JSON.stringify({ id: name, note: long }), JSON.stringify({ id: '2', note: name.repeat(20) })]) receipts.push(await server.send(token, stream, payload));
  const broad = await make('streams', { name: 'broad' });
  receipts.push(await server.send(token, broad, wide()));
  for (const payload of [nested(60), JSON.stringify({ line: `<b>${'x'.repeat(240_000)}` })]) receipts.push(await server.send(token, other, payload));
  const held = await server.send(token, await make('streams', { name: 'held' }), `<a title="${long}"><b onclick="alert(1)"></a>`).catch(() => '');
  await server.api('POST', `/api/v0/streams/${stream}/flush`, {});
  await server.api('POST', `/api/v0/streams/${other}/flush`, {});
  await server.api('POST', `/api/v0/streams/${broad}/flush`, {});
  const feed = await make('feeds', { source: '<b>Shop</b>', name: '<img src=x onerror=document.title=1> of the shop', primary_key: ['id'], fields: [{ name: 'id', type: 'string', required: true }, { name: 'note', type: 'integer', required: false }], error_threshold: 100 });
  await server.api('POST', `/api/v0/feeds/${feed}/activate`, {});
  const { table } = await server.api<{ table: string }>('GET', `/api/v0/feeds/${feed}`);
  const query = await make('ingest-queries', { name: name.slice(0, 60), description: name, sql: `SELECT '<img src=x>' AS \`<b>\` FROM streaming -- ${name}` });
  const courier = await make('couriers', { name, stream_id: stream, file_format: 'NDJSON', file_tag: 'streaming', load_operations: { [feed]: [{ type: 'load', file: 'streaming' }] } });
  const group = await make('courier-groups', { name, couriers: [{ courier_id: courier, offset_s: 86400 }] });
  const run = await make(`couriers/${courier}/runs`, { all: true });
  await expect.poll(async () => (await server.api<{ state: string }>('GET', `/api/v0/workflow/runs/${run}`)).state).toMatch(/succeeded|failed/);
  // A run that fails with the name in its error, which Home says too.
  const lost = await make('couriers', { name: `${name} lost`, stream_id: stream, file_format: 'NDJSON', file_tag: 'streaming', load_operations: { [`df-\u202Egnp`]: [{ type: 'load', file: 'streaming' }] } });
  const failed = await make(`couriers/${lost}/runs`, { all: true });
  await expect.poll(async () => (await server.api<{ state: string }>('GET', `/api/v0/workflow/runs/${failed}`)).state).toBe('failed');
  const alert = await make('alerts', { name, channel: 'webhook', target: 'http://127.0.0.1:9/?<b>' });
  await server.api('POST', '/api/v0/admin/api-keys', { name, policies: ['streaming-ingest-api:write'] });
  await server.api('POST', '/api/v0/users', { name: `ana ${name.slice(0, 80)}`, policies: ['datagrid-operator'] }).catch(() => undefined);
  return { stream, other, feed, table, query, courier, group, run, failed, alert, receipts, held, broad };
}

test('hostile names and payloads stay text in every place', async ({ page, server }) => {
  test.setTimeout(180_000);
  await server.setUp();
  const at = await fill(server);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await signIn(page, server);
  const table = `/tables/${encodeURIComponent(at.table)}`;
  const pages = [
    '/', '/sources', `/sources?q=${encodeURIComponent('<img')}`, `/streams/${at.stream}`, `/streams/${at.stream}/settings`, `/streams/${at.stream}/couriers`, `/streams/${at.other}`, `/couriers/${at.courier}`, `/couriers/${at.courier}/edit`,
    `/feeds/${at.feed}`, `/queries/${at.query}`, `/groups/${at.group}`, '/workflows', `/workflows/${at.run}`, `/workflows/${at.failed}`, '/quarantine', `/streams/${at.broad}/payloads`, `/streams/${at.stream}/payloads`, `/streams/${at.stream}/files`, `/streams/${at.stream}/hours`, `/streams/${at.stream}/fields`, ...at.receipts.map((each) => `/receipts/${each}`),
    '/tables', table, `${table}/loads`, `${table}/shadow`, '/alerts', `/alerts/${at.alert}`, '/users/keys', '/users/people', '/users/audit', `/sql?q=${encodeURIComponent(`SELECT * FROM "${at.table}"`)}`, `/go/${encodeURIComponent('<img')}`,
  ];
  for (const address of pages) {
    await page.goto(`${server.url}/ui${address}`);
    await expect(page.getByRole('heading', { level: 1 }), address).toBeVisible();
    await expect(page.locator('[aria-busy=true]'), address).toHaveCount(0);
    if (address === '/') await expect(page.getByRole('table', { name: 'Needs you' }).getByText('lost')).toBeVisible();
    const found = await page.evaluate(() => ({
      title: document.title,
      markup: document.querySelectorAll('img[src="x"], #root script, a[href^="javascript:"], b[onclick]').length,
      // As text, in tooltips, and read aloud.
      turned: /[\u202a-\u202e]/.test(document.body.innerText) || [...document.querySelectorAll('[title],[aria-label]')].some((each) => /[\u202a-\u202e]/.test(`${each.getAttribute('title')} ${each.getAttribute('aria-label')}`)),
      overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    }));
    expect(found.title, address).not.toBe('taken');
    expect({ ...found, title: '' }, address).toEqual({ title: '', markup: 0, turned: false, overflow: 0 });
  }
});

test('a payload of 10,000 keys is shown in rows within seconds', async ({ page, server }) => {
  await server.setUp();
  const { id } = await server.api<{ id: string }>('POST', '/api/v0/streams', { name: 'broad' });
  await server.send(await server.ingestToken(), id, wide());
  await server.api('POST', `/api/v0/streams/${id}/flush`, {});
  await signIn(page, server);
  await page.goto(`${server.url}/ui/streams/${id}/payloads`);
  await expect(page.getByText('The first 200 of 10,001 columns')).toBeVisible({ timeout: 15_000 });
  await expect(page.getByRole('columnheader', { name: 'key 0 <b>' })).toBeVisible();
});
