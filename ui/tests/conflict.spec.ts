import { expect, signIn, test } from './world';

/** Two people edit one thing: the second is told, sees both sides, and chooses. */
test('a save never overwrites unseen what somebody else has saved', async ({ page, server }) => {
  await server.setUp();
  const { id } = await server.api<{ id: string }>('POST', '/api/v0/ingest-queries', { name: 'Flat', sql: 'SELECT 1 AS one' });
  const others = (description: string) => server.api('PUT', `/api/v0/ingest-queries/${id}`, { name: 'Flat', description, sql: 'SELECT 1 AS one' });
  await signIn(page, server);
  await page.goto(`${server.url}/ui/queries/${id}`);
  const description = page.getByLabel('Description');
  const notSaved = page.getByRole('alert').filter({ hasText: 'Somebody else has saved this' });

  await test.step('Mine is kept', async () => {
    await description.fill('mine');
    await others('theirs');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(notSaved.getByRole('row', { name: 'description theirs mine' })).toBeVisible();
    await notSaved.getByRole('button', { name: 'Keep mine' }).click();
    await expect(page.getByText('Flat was saved')).toBeVisible();
    expect((await server.api<{ description: string }>('GET', `/api/v0/ingest-queries/${id}`)).description).toBe('mine');
  });
  await test.step('My own save is no conflict', async () => {
    await description.fill('mine again');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect.poll(async () => (await server.api<{ description: string }>('GET', `/api/v0/ingest-queries/${id}`)).description).toBe('mine again');
    await expect(notSaved).toBeHidden();
  });
  await test.step('Theirs is taken, also over a draft from before', async () => {
    await description.fill('mine once more');
    await expect(page.getByText('draft kept')).toBeVisible();
    await others('theirs once more');
    await page.reload();
    await expect(description).toHaveValue('mine once more');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await notSaved.getByRole('button', { name: 'Take theirs' }).click();
    await expect(description).toHaveValue('theirs once more');
  });
});
