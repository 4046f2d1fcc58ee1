import type { Locator, Page } from '@playwright/test';

import { expect, password, test } from './world';

/** Tab until what has the focus is it; what cannot be reached so is out of reach for many. */
async function tabTo(page: Page, role: string, name: string) {
  await reach(page, page.getByRole(role as 'button', { name, exact: true }).first());
}

async function reach(page: Page, wanted: Locator) {
  await expect(wanted).toBeVisible();
  for (let press = 0; press < 80; press += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${String(wanted)} is not reached by Tab`);
}

test('signing in, a key with its token, a stream and a payload, by the keyboard alone', async ({ page, server }) => {
  await server.setUp();
  await page.goto(`${server.url}/ui/login`);
  await tabTo(page, 'textbox', 'Name');
  await page.keyboard.type('kim');
  await page.keyboard.press('Tab');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible();

  await tabTo(page, 'link', 'Users & Activity');
  await page.keyboard.press('Enter');
  await tabTo(page, 'button', 'Add API key');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toBeVisible();
  await tabTo(page, 'textbox', 'Name');
  await page.keyboard.type('first sender');
  await tabTo(page, 'checkbox', 'Streaming Ingest Write Access');
  if (!(await page.getByLabel('Streaming Ingest Write Access').isChecked())) await page.keyboard.press('Space');
  await tabTo(page, 'button', 'Save');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toBeHidden();
  await tabTo(page, 'button', 'Actions for first sender');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menu')).toBeVisible();
  await page.keyboard.press('ArrowDown');
  while (!(await page.getByRole('menuitem', { name: 'Generate access token' }).evaluate((element) => element === document.activeElement))) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await tabTo(page, 'button', 'Generate');
  await page.keyboard.press('Enter');
  const token = await page.getByLabel('Token', { exact: true }).inputValue();
  await page.keyboard.press('Escape');
  await expect(page.getByLabel('Token', { exact: true }), 'what is shown once does not go by Escape').toBeVisible();
  await tabTo(page, 'button', 'I have stored it');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toBeHidden();

  await page.keyboard.press('Control+k');
  await expect(page.getByRole('textbox', { name: 'Find an ID, a receipt or a name' })).toBeFocused();
  await tabTo(page, 'link', 'Sources');
  await page.keyboard.press('Enter');
  await tabTo(page, 'button', 'Add stream');
  await page.keyboard.press('Enter');
  await page.keyboard.type('orders');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toBeHidden();
  await tabTo(page, 'link', 'orders');
  await page.keyboard.press('Enter');
  await tabTo(page, 'button', 'Send a test payload');
  await page.keyboard.press('Enter');
  await reach(page, page.getByLabel('Access token'));
  await page.keyboard.insertText(token);
  await tabTo(page, 'button', 'Send');
  await page.keyboard.press('Enter');
  await expect(page.getByText('this is safe on disk')).toBeVisible();
  await page.keyboard.press('Escape');
});
