import { expect, password, test } from './world';

test('any address leads through the door and back, and a wrong password says so', async ({ page, server }) => {
  await page.goto(`${server.url}/`);
  await expect(page.getByRole('heading', { name: 'Set up Weir' })).toBeVisible();
  await server.setUp();
  await page.goto(`${server.url}/ui/workflows?state=failed`);
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await page.getByLabel('Name', { exact: true }).fill('kim');
  await page.getByLabel('Password', { exact: true }).fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toContainText('Name and password do not go together');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Workflows' })).toBeVisible();
  await expect(page.getByRole('combobox', { name: 'Status' })).toHaveValue('Failed');
  await page.getByRole('button', { name: /kim/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
});

test('after signing in nobody is sent to another site', async ({ page, server }) => {
  await server.setUp();
  await page.goto(`${server.url}/ui/login?to=${encodeURIComponent('//evil.example/x')}`);
  await page.getByLabel('Name', { exact: true }).fill('kim');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible();
  expect(new URL(page.url()).origin).toBe(server.url);
});
