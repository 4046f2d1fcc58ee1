import { useState } from 'react';

import { call } from '../../api/call';
import { $api, api, type Schema } from '../../api/client';
import { pageOf, usePaged } from '../../api/lists';
import { useMe } from '../../api/session';
import { Actions } from '../../parts/Act';
import { copyText, Id } from '../../parts/Copy';
import { Delete } from '../../parts/Delete';
import { Confirm } from '../../parts/Dialogs';
import { Filter, useFilter } from '../../parts/Filter';
import { Empty, Loaded } from '../../parts/Loaded';
import { useSay } from '../../parts/Messages';
import { More } from '../../parts/More';
import { Section } from '../../parts/Page';
import { keyPolicies } from '../../parts/policies';
import { NamedState } from '../../parts/State';
import { Time } from '../../parts/Time';
import { OauthDialog, RemoveOauthDialog } from './OauthDialog';
import { RevokeDialog } from './RevokeDialog';
import { TokenDialog } from './TokenDialog';

type Asked = { what: 'token' | 'rotate' | 'revoke' | 'oauth' | 'remove-oauth' | 'delete'; key: Schema['ApiKey'] };

export function ApiKeys() {
  const [q, setQ] = useFilter();
  const keys = usePaged<Schema['ApiKey']>(['api-keys', q], (next_token) => call(api.GET('/api/v0/admin/api-keys', { params: { query: pageOf(q, next_token) } })));
  const { data: me } = useMe();
  const [asked, setAsked] = useState<Asked | null>(null);
  const say = useSay();
  const close = () => setAsked(null);
  const rotate = $api.useMutation('post', '/api/v0/admin/api-keys/{id}/rotate', {
    onSuccess: (key) => {
      say(`${key.name} has a new secret`);
      close();
    },
  });
  return (
    <>
      <Section title="API keys" note="the newest first" flush actions={<Filter of="API keys" onChange={setQ} />}>
        <Loaded query={keys} isEmpty={(found) => found.length === 0} empty={q ? <Empty>None match.</Empty> : <Empty>An API key lets a program in. Its tokens are made here, shown once, and never stored.</Empty>}>
          {(found) => (
            <div className="scroll">
              <table className="list cards" aria-label="API keys">
                <thead><tr><th>Name</th><th>Policies</th><th>Created at</th><th>Last used</th><th>ID</th><th>Status</th><th><span className="unseen">Actions</span></th></tr></thead>
                <tbody>
                  {found.map((key) => (
                    <tr key={key.id}>
                      <td className="break">{key.name}</td>
                      <td>{key.policies.map((each) => keyPolicies[each] ?? each).join(', ')}</td>
                      <td data-head="Created at"><Time at={key.created_at} /></td>
                      <td data-head="Last used"><Time at={key.last_used_at} /></td>
                      <td><Id id={key.id} what={`ID of ${key.name}`} /></td>
                      <td><NamedState name={key.status} /></td>
                      <td className="actions">
                        <Actions of={key.name} actions={[
                          { label: 'Copy tenant ID', act: () => void copyText(me?.tenant ?? '').then((done) => say(done ? 'The tenant ID was copied' : `The tenant ID is ${me?.tenant}`)) },
                          { label: 'Generate access token', operation: 'createToken', act: () => setAsked({ what: 'token', key }) },
                          { label: 'Rotate API token', operation: 'rotateApiKey', act: () => setAsked({ what: 'rotate', key }) },
                          { label: 'Create OAuth credentials', operation: 'createOauthCredentials', act: () => setAsked({ what: 'oauth', key }) },
                          { label: 'Remove OAuth credentials', operation: 'deleteOauthCredentials', danger: true, act: () => setAsked({ what: 'remove-oauth', key }) },
                          { label: 'Revoke tokens', operation: 'revokeTokens', danger: true, act: () => setAsked({ what: 'revoke', key }) },
                          { label: 'Delete', operation: 'deleteApiKey', danger: true, act: () => setAsked({ what: 'delete', key }) },
                        ]} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
              <More of={keys} />
            </div>
          )}
        </Loaded>
      </Section>
      {asked?.what === 'token' && <TokenDialog apiKey={asked.key} onClose={close} />}
      {asked?.what === 'revoke' && <RevokeDialog apiKey={asked.key} onClose={close} />}
      {asked?.what === 'oauth' && <OauthDialog apiKey={asked.key} onClose={close} />}
      {asked?.what === 'remove-oauth' && <RemoveOauthDialog apiKey={asked.key} onClose={close} />}
      {asked?.what === 'rotate' && (
        <Confirm title={`Rotate the API token of ${asked.key.name}?`} verb="Rotate API token" busy={rotate.isPending} error={rotate.error} onClose={close}
          onConfirm={() => rotate.mutate({ params: { path: { id: asked.key.id } }, body: {} })}>
          The key gets a new secret. Tokens of the secret before stay good for 30 days; tokens of the one before that end now.
        </Confirm>
      )}
      {asked?.what === 'delete' && (
        <Delete of={asked.key.name} typed by={() => call(api.DELETE('/api/v0/admin/api-keys/{id}', { params: { path: { id: asked.key.id } } }))} onClose={close}>
          The key and all of its tokens end at once: whoever sends with one is answered 401. What they have sent stays.
        </Delete>
      )}
    </>
  );
}
