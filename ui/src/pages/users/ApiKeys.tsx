import { useState } from 'react';

import { $api, type Schema } from '../../api/client';
import { useMe } from '../../api/session';
import { Actions } from '../../parts/Act';
import { copyText, Id } from '../../parts/Copy';
import { Confirm } from '../../parts/Dialogs';
import { Empty, Loaded } from '../../parts/Loaded';
import { useSay } from '../../parts/Messages';
import { Section } from '../../parts/Page';
import { keyPolicies } from '../../parts/policies';
import { NamedState } from '../../parts/State';
import { visible } from '../../parts/visible';
import { Time } from '../../parts/Time';
import { RevokeDialog } from './RevokeDialog';
import { TokenDialog } from './TokenDialog';

type Asked = { what: 'token' | 'rotate' | 'revoke' | 'delete'; key: Schema['ApiKey'] };

export function ApiKeys() {
  const keys = $api.useQuery('get', '/api/v0/admin/api-keys', { params: { query: { limit: 1000 } } }, { refetchInterval: 10_000 });
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
  const remove = $api.useMutation('delete', '/api/v0/admin/api-keys/{id}', { onSuccess: close });
  return (
    <>
      <Section title="API keys" flush>
        <Loaded query={keys} isEmpty={(page) => page.items.length === 0} empty={<Empty>An API key lets a program in. Its tokens are made here, shown once, and never stored.</Empty>}>
          {(page) => (
            <div className="scroll">
              <table className="list cards" aria-label="API keys">
                <thead><tr><th>Name</th><th>Policies</th><th>Created at</th><th>Last used</th><th>ID</th><th>Status</th><th><span className="unseen">Actions</span></th></tr></thead>
                <tbody>
                  {page.items.map((key) => (
                    <tr key={key.id}>
                      <td className="break">{visible(key.name)}</td>
                      <td>{key.policies.map((each) => keyPolicies[each] ?? each).join(', ')}</td>
                      <td><Time at={key.created_at} /></td>
                      <td><Time at={key.last_used_at} /></td>
                      <td><Id id={key.id} what={`ID of ${key.name}`} /></td>
                      <td><NamedState name={key.status} /></td>
                      <td className="actions">
                        <Actions of={key.name} actions={[
                          { label: 'Copy tenant ID', act: () => void copyText(me?.tenant ?? '').then((done) => say(done ? 'The tenant ID was copied' : `The tenant ID is ${me?.tenant}`)) },
                          { label: 'Generate access token', operation: 'createToken', act: () => setAsked({ what: 'token', key }) },
                          { label: 'Rotate API token', operation: 'rotateApiKey', act: () => setAsked({ what: 'rotate', key }) },
                          { label: 'Revoke tokens', operation: 'revokeTokens', danger: true, act: () => setAsked({ what: 'revoke', key }) },
                          { label: 'Delete', operation: 'deleteApiKey', danger: true, act: () => setAsked({ what: 'delete', key }) },
                        ]} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </Loaded>
      </Section>
      {asked?.what === 'token' && <TokenDialog apiKey={asked.key} onClose={close} />}
      {asked?.what === 'revoke' && <RevokeDialog apiKey={asked.key} onClose={close} />}
      {asked?.what === 'rotate' && (
        <Confirm title={`Rotate the API token of ${asked.key.name}?`} verb="Rotate API token" busy={rotate.isPending} error={rotate.error} onClose={close}
          onConfirm={() => rotate.mutate({ params: { path: { id: asked.key.id } }, body: {} })}>
          The key gets a new secret. Tokens of the secret before stay good for 30 days; tokens of the one before that end now.
        </Confirm>
      )}
      {asked?.what === 'delete' && (
        <Confirm title={`Delete ${asked.key.name}?`} verb={`Delete ${asked.key.name}`} typed={asked.key.name} busy={remove.isPending} error={remove.error} onClose={close}
          onConfirm={() => remove.mutate({ params: { path: { id: asked.key.id } } })}>
          The key and all of its tokens end at once: whoever sends with one is answered 401. What they have sent stays.
        </Confirm>
      )}
    </>
  );
}
