import { Button } from '@mantine/core';
import { useState } from 'react';

import { call } from '../../api/call';
import { $api, api, type Schema } from '../../api/client';
import { useBrowsed } from '../../api/lists';
import { Actions } from '../../parts/Act';
import { Id } from '../../parts/Copy';
import { Delete } from '../../parts/Delete';
import { To } from '../../parts/Link';
import { ListSection } from '../../parts/ListSection';
import { useSay } from '../../parts/Messages';
import { State } from '../../parts/State';
import { Time } from '../../parts/Time';
import { router } from '../../router';
import { RunGroupDialog } from '../group/RunGroupDialog';

export function CourierGroups({ filter, add }: { filter: string; add: () => void }) {
  const groups = useBrowsed('/api/v0/courier-groups', filter);
  const [asked, setAsked] = useState<{ what: 'run' | 'delete'; group: Schema['CourierGroup'] } | null>(null);
  const say = useSay();
  const close = () => setAsked(null);
  const activate = $api.useMutation('post', '/api/v0/courier-groups/{id}/activate', { onSuccess: (group) => say(`${group.name} is enabled`) });
  const deactivate = $api.useMutation('post', '/api/v0/courier-groups/{id}/deactivate', { onSuccess: (group) => say(`${group.name} is disabled; it can still be run by hand`) });
  const copy = $api.useMutation('post', '/api/v0/courier-groups/{id}/copy', { onSuccess: (made) => say(`${made.name} was made`, `/groups/${made.id}`) });
  return (
    <>
      <ListSection
        title="Courier groups"
        what="A courier group runs couriers on a schedule."
        query={groups}
        filter={filter}
        add={<Button onClick={add}>Add Courier Group</Button>}
        head={['Name', 'Group ID', 'Schedule', 'Couriers', 'Next run', 'Status']}
        row={(each) => (
          <tr key={each.id}>
            <td><To to={`/groups/${each.id}`}>{each.name}</To></td>
            <td><Id id={each.id} what={`group ID of ${each.name}`} /></td>
            <td>{each.schedule ? <><span className="mono">{each.schedule}</span> <span className="quiet">{each.time_zone}</span></> : <span className="quiet">by hand</span>}</td>
            <td className="number">{each.couriers.length}</td>
            <td><Time at={each.next_fire_at} none="none" /></td>
            <td>{each.active ? <State tone="ok">Enabled</State> : <State tone="waiting">Disabled</State>}</td>
            <td className="actions">
              <Actions of={each.name} actions={[
                { label: 'Run', operation: 'runCourierGroup', act: () => setAsked({ what: 'run', group: each }) },
                { label: 'Edit', act: () => void router.navigate({ href: `/ui/groups/${each.id}` }) },
                each.active
                  ? { label: 'Disable', operation: 'deactivateCourierGroup', act: () => deactivate.mutate({ params: { path: { id: each.id } }, body: {} }) }
                  : { label: 'Enable', operation: 'activateCourierGroup', act: () => activate.mutate({ params: { path: { id: each.id } }, body: {} }) },
                { label: 'Make a copy', operation: 'copyCourierGroup', act: () => copy.mutate({ params: { path: { id: each.id } }, body: { name: `${each.name} copy` } }) },
                { label: 'Delete', operation: 'deleteCourierGroup', danger: true, act: () => setAsked({ what: 'delete', group: each }) },
              ]} />
            </td>
          </tr>
        )}
      />
      {asked?.what === 'run' && <RunGroupDialog group={asked.group} onClose={close} />}
      {asked?.what === 'delete' && (
        <Delete of={asked.group.name} by={() => call(api.DELETE('/api/v0/courier-groups/{id}', { params: { path: { id: asked.group.id } } }))} onClose={close}>
          The group and its schedule go. Its {asked.group.couriers.length} couriers and all tables stay.
        </Delete>
      )}
    </>
  );
}
