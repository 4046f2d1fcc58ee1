import { useState } from 'react';

import { $api, type Schema } from '../../api/client';
import { Actions } from '../../parts/Act';
import { Empty, Loaded } from '../../parts/Loaded';
import { useSay } from '../../parts/Messages';
import { Section } from '../../parts/Page';
import { userPolicies } from '../../parts/policies';
import { NamedState } from '../../parts/State';
import { Time } from '../../parts/Time';
import { LinkDialog } from './LinkDialog';
import { PoliciesDialog } from './PoliciesDialog';

export function People() {
  const users = $api.useQuery('get', '/api/v0/users', { params: { query: { limit: 1000 } } }, { refetchInterval: 10_000 });
  const [changing, setChanging] = useState<Schema['User'] | null>(null);
  const [link, setLink] = useState<Schema['UserLink'] | null>(null);
  const say = useSay();
  const told = (done: string) => ({ onSuccess: (user: Schema['User']) => say(`${user.name} ${done}`) });
  const invite = $api.useMutation('post', '/api/v0/users/{id}/invite', { onSuccess: setLink });
  const reset = $api.useMutation('post', '/api/v0/users/{id}/reset', { onSuccess: setLink });
  const disable = $api.useMutation('post', '/api/v0/users/{id}/disable', told('is disabled, and out at once'));
  const enable = $api.useMutation('post', '/api/v0/users/{id}/enable', told('is enabled'));
  const signOut = $api.useMutation('post', '/api/v0/users/{id}/sign-out', told('is signed out everywhere'));
  return (
    <>
      <Section title="People" flush>
        <Loaded query={users} isEmpty={(page) => page.items.length === 0} empty={<Empty>Nobody yet.</Empty>}>
          {(page) => (
            <div className="scroll">
              <table className="list cards" aria-label="People">
                <thead><tr><th>Name</th><th>Email</th><th>Policies</th><th>Status</th><th>Last signed in</th><th><span className="unseen">Actions</span></th></tr></thead>
                <tbody>
                  {page.items.map((user) => {
                    const by = { params: { path: { id: user.id } }, body: {} };
                    return (
                      <tr key={user.id}>
                        <td className="break">{user.name}</td>
                        <td className="break">{user.email}</td>
                        <td>{user.policies.map((each) => userPolicies[each]).join(', ')}</td>
                        <td><NamedState name={user.state} /></td>
                        <td><Time at={user.last_signed_in_at} /></td>
                        <td className="actions">
                          <Actions of={user.name} actions={[
                            { label: 'Change policies', operation: 'attachPolicies', act: () => setChanging(user) },
                            user.state === 'invited'
                              ? { label: 'New invitation link', operation: 'inviteUser', act: () => invite.mutate(by) }
                              : { label: 'Reset password', operation: 'resetUser', act: () => reset.mutate(by) },
                            { label: 'Sign out everywhere', operation: 'signOutUser', act: () => signOut.mutate(by) },
                            user.state === 'disabled'
                              ? { label: 'Enable', operation: 'enableUser', act: () => enable.mutate(by) }
                              : { label: 'Disable', operation: 'disableUser', danger: true, act: () => disable.mutate(by) },
                          ]} />
                        </td>
                      </tr>
                    );
                  })}
                </tbody>
              </table>
            </div>
          )}
        </Loaded>
      </Section>
      {changing && <PoliciesDialog user={changing} onClose={() => setChanging(null)} />}
      {link && <LinkDialog link={link} onClose={() => setLink(null)} />}
    </>
  );
}
