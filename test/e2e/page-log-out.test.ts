import { expect, it, onTestFinished } from 'vitest';
import { API_BASE } from '../../functions/api/contract.ts';
import { startPageHost } from '../../functions/local/page-host/page-host.ts';
import { hasChromium, openBrowser, openPage, tellWithoutChromium } from './support/browser.ts';

tellWithoutChromium('logging out on the page');

const TOKEN = '0123456789-0123456789';

it.skipIf(!hasChromium)('the page logs out: it asks for the token again, in every tab', async () => {
  const host = await startPageHost({ port: 0, token: TOKEN }, async (_, response, path) => {
    if (!path.startsWith(`${API_BASE}/`)) return false;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ images: [], labels: [], labelSets: [], total: 0 }));
    return true;
  });
  onTestFinished(() => host.close());
  const browser = await openBrowser();
  onTestFinished(() => browser.close());
  const address = `http://127.0.0.1:${host.port}/`;
  const { page } = await openPage(browser, address, { listens: false });
  await page.getByLabel('Token').fill(TOKEN);
  await page.getByRole('button', { name: 'Log in' }).click();
  const logOut = page.getByRole('button', { name: 'Log out' });
  await logOut.waitFor();
  const [cookie] = await page.context().cookies();
  const other = await page.context().newPage();
  await other.goto(address);
  await other.getByRole('button', { name: 'Log out' }).waitFor();
  await logOut.click();
  await page.getByLabel('Token').waitFor();
  // It asks how things stand, and is refused.
  await other.getByLabel('Token').waitFor();
  expect(await page.context().cookies()).toEqual([]);
  const kept = await fetch(`${address}session`, { headers: { cookie: `${cookie?.name}=${cookie?.value}` } });
  expect(kept.status).toBe(401);
});
