import { expect, signIn, test } from './world';

/** Each page whole, when what it asks for is late, refused, forbidden or missing: it says so in place, and lives on. */
const pages = ['/', '/sources', '/workflows', '/quarantine', '/tables', '/users', '/users/people', '/users/audit', '/streams/is-none', '/streams/is-none/fields', '/couriers/cr-none', '/feeds/df-none', '/queries/iq-none', '/groups/cg-none', '/workflows/wf-none', '/receipts/04000000000000000000000000', '/tables/none'];
const own = /\/api\/v0\/(session|me)$/;

const refusals = {
  error: { status: 500, message: 'The catalog cannot be read.' },
  forbidden: { status: 403, message: 'This needs the policy datagrid-administrator.' },
};

test('pages say that they load, that something failed, and what is forbidden', async ({ page, server }) => {
  await server.setUp();
  await signIn(page, server);
  let answer: keyof typeof refusals | 'late' | 'real' = 'real';
  await page.route('**/api/v0/**', async (route) => {
    if (own.test(new URL(route.request().url()).pathname) || answer === 'real') return route.fallback();
    if (answer === 'late') {
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      return route.fallback().catch(() => undefined);
    }
    const { status, message } = refusals[answer];
    return route.fulfill({ status, json: { status, message, request_id: 'r-1' } });
  });
  for (const address of pages) {
    answer = 'error';
    await page.goto(`${server.url}/ui${address}`);
    const failed = page.getByRole('alert').filter({ hasText: refusals.error.message }).first();
    await expect(failed, `${address}: an error`).toBeVisible();
    await expect(failed, address).toContainText('r-1');
    answer = 'real';
    if (!address.includes('none') && !address.startsWith('/receipts')) {
      await failed.getByRole('button', { name: 'Try again' }).click();
      await expect(failed, `${address}: again`).toBeHidden();
    }
    answer = 'forbidden';
    await page.goto(`${server.url}/ui${address}`);
    await expect(page.getByRole('alert').filter({ hasText: 'Not yours to see' }).first(), `${address}: forbidden`).toBeVisible();
  }
  for (const address of ['/', '/sources', '/users']) {
    answer = 'late';
    await page.goto(`${server.url}/ui${address}`);
    await expect(page.getByLabel('Loading').first(), `${address}: late`).toBeVisible();
    await expect(page.getByLabel('Loading'), address).toHaveCount(0);
  }
  answer = 'real';
});

test('what one may not do is told, and a session that ends keeps what was typed', async ({ page, server }) => {
  await server.setUp();
  const { id: stream } = await server.api<{ id: string }>('POST', '/api/v0/streams', { name: 'orders' });
  const link = await server.api<{ code: string; user: { id: string } }>('POST', '/api/v0/users', { name: 'ana', policies: ['datagrid-operator'] });
  await page.goto(`${server.url}/ui/password#${link.code}`);
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible();

  await page.goto(`${server.url}/ui/users`);
  await expect(page.getByRole('button', { name: 'Add API key' })).toHaveAttribute('aria-disabled', 'true');
  await page.getByRole('button', { name: 'Add API key' }).hover();
  await expect(page.getByText('Needs Allow API key administration')).toBeVisible();

  await page.goto(`${server.url}/ui/couriers/new?stream=${stream}`);
  await page.getByLabel('Name', { exact: true }).fill('half a courier');
  await expect(page.getByText(/draft kept/)).toBeVisible();
  await server.api('POST', `/api/v0/users/${link.user.id}/sign-out`, {});
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible({ timeout: 20_000 });
  await page.getByLabel('Name', { exact: true }).fill('ana');
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('half a courier');
});
