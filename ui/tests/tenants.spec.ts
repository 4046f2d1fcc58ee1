import { expect, signIn, test } from './world';

test('who belongs to several tenants goes from one to the other, each tab by itself', async ({ page, context, server }) => {
  await server.setUp();
  await server.api('POST', '/api/v0/streams', { name: 'Of acme' });
  const sandbox = server.addTenant('acme-test', '--sandbox-of', 'acme');
  await signIn(page, server);
  await expect(page.getByRole('button', { name: 'Tenant acme' })).toHaveCount(0);
  await fetch(`${server.url}/api/v0/members`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${sandbox}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'kim', policies: ['datagrid-administrator', 'user-administration'] }),
  });
  await page.goto(`${server.url}/ui/sources`);
  await expect(page.getByRole('link', { name: 'Of acme' })).toBeVisible();
  await page.getByRole('button', { name: 'Tenant acme' }).click();
  await page.getByRole('menuitem', { name: /acme-test sandbox of acme/ }).click();
  await expect(page.getByText('Sandbox', { exact: true })).toBeVisible();
  await page.goto(`${server.url}/ui/sources`);
  await expect(page.getByRole('button', { name: 'Tenant acme-test' })).toBeVisible();
  await expect(page.getByText('Of acme')).toHaveCount(0);
  await page.goto(`${server.url}/ui/users/people`);
  await expect(page.getByRole('row', { name: /kim of another tenant/ })).toBeVisible();
  const other = await context.newPage();
  await other.goto(`${server.url}/ui/sources`);
  await expect(other.getByRole('link', { name: 'Of acme' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('button', { name: 'Tenant acme-test' })).toBeVisible();
});
