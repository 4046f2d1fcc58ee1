/** A real OpenID Connect provider for oidc_test.py: node provider.mjs PACKAGES PORT REDIRECT_URI GROUPS. Whoever signs in is who they
 * say; the file GROUPS says, as JSON and anew each time, in which groups they are. */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [packages, port, redirectUri, groups] = process.argv.slice(2);
const { Provider } = await import(pathToFileURL(`${packages}/node_modules/oidc-provider/lib/index.js`));

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: 'weir', client_secret: 's:e&cret', redirect_uris: [redirectUri] }],
  claims: { openid: ['sub'], profile: ['preferred_username'], email: ['email', 'email_verified'], groups: ['groups'] },
  scopes: ['openid', 'profile', 'email', 'groups'],
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      preferred_username: id,
      email: `${id}@example.org`,
      email_verified: true,
      groups: JSON.parse(readFileSync(groups, 'utf8'))[id] ?? [],
    }),
  }),
});
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));
