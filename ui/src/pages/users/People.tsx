import { useState } from 'react';

import { call } from '../../api/call';
import { $api, api, type Schema } from '../../api/client';
import { pageOf, usePaged } from '../../api/lists';
import { Actions } from '../../parts/Act';
import { Filter, useFilter } from '../../parts/Filter';
import { Empty, Loaded } from '../../parts/Loaded';
import { useSay } from '../../parts/Messages';
import { More } from '../../parts/More';
import { Section } from '../../parts/Page';
import { userPolicies } from '../../parts/policies';
import { NamedState } from '../../parts/State';
import { Time } from '../../parts/Time';
import { LinkDialog } from './LinkDialog';
import { PoliciesDialog } from './PoliciesDialog';

export function People() {
  const [q, setQ] = useFilter();
  const users = usePaged<Schema['User']>(['users', q], (next_token) => call(api.GET('/api/v0/users', { params: { query: pageOf(q, next_token) } })));
  const [changing, setChanging] = useState<Schema['User'] | null>(null);
  const [link, setLink] = useState<Schema['UserLink'] | null>(null);
  const say = useSay();
  const told = (done: string) => ({ onSuccess: (user: Schema['User']) => say(`${user.name} ${done}`) });
  const invite = $api.useMutation('post', '/api/v0/users/{id}/invite', { onSuccess: setLink });
  const reset = $api.useMutation('post', '/api/v0/users/{id}/reset', { onSuccess: setLink });
  const disable = $api.useMutation('post', '/api/v0/users/{id}/disable', told('is disabled, and out at once'));
  const enable = $api.useMutation('post', '/api/v0/users/{id}/enable', told('is enabled'));
  const signOut = $api.useMutation('post', '/api/v0/users/{id}/sign-out', told('is signed out everywhere'));
  const remove = $api.useMutation('delete', '/api/v0/members/{id}', { onSuccess: () => say('The user does not belong to this tenant any more') });
  return (
    <>
      <Section title="People" note="the newest first" flush actions={<Filter of="people" onChange={setQ} />}>
        <Loaded query={users} isEmpty={(found) => found.length === 0} empty={<Empty>{q ? 'None match.' : 'Nobody yet.'}</Empty>}>
          {(found) => (
            <div className="scroll">
              <table className="list cards" aria-label="People">
                <thead><tr><th>Name</th><th>Email</th><th>Policies</th><th>Status</th><th>Last signed in</th><th><span className="unseen">Actions</span></th></tr></thead>
                <tbody>
                  {found.map((user) => {
                    const by = { params: { path: { id: user.id } }, body: {} };
                    return (
                      <tr key={user.id}>
                        <td className="break">{user.name}{user.is_member_only && <span className="quiet"> of another tenant</span>}</td>
                        <td className="break">{user.email}</td>
                        <td>{user.policies.map((each) => userPolicies[each]).join(', ')}</td>
                        <td><NamedState name={user.state} /></td>
                        <td data-head="Last signed in"><Time at={user.last_signed_in_at} /></td>
                        <td className="actions">
                          <Actions of={user.name} actions={user.is_member_only ? [
                            { label: 'Change policies', operation: 'attachPolicies', act: () => setChanging(user) },
                            { label: 'Take out of this tenant', operation: 'removeMember', danger: true, act: () => remove.mutate({ params: by.params }) },
                          ] : [
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
              <More of={users} />
            </div>
          )}
        </Loaded>
      </Section>
      {changing && <PoliciesDialog user={changing} onClose={() => setChanging(null)} />}
      {link && <LinkDialog link={link} onClose={() => setLink(null)} />}
    </>
  );
}
