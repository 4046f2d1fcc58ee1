import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
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
import { NamedState } from '../../parts/State';
import { StreamName } from '../../parts/StreamName';
import { Time } from '../../parts/Time';
import { RunDialog } from '../courier/RunDialog';

export function Couriers({ filter, add }: { filter: string; add: () => void }) {
  const couriers = useBrowsed('/api/v0/couriers', filter);
  const runs = $api.useQuery('get', '/api/v0/workflow/runs', { params: { query: { kind: 'courier', limit: 200 } } }, { refetchInterval: 3_000 });
  const [asked, setAsked] = useState<{ what: 'run' | 'delete'; courier: Schema['Courier'] } | null>(null);
  const navigate = useNavigate();
  const say = useSay();
  const copy = $api.useMutation('post', '/api/v0/couriers/{id}/copy', { onSuccess: (made) => say(`${made.name} was made`, `/couriers/${made.id}/edit`) });
  const lastOf = (id: string) => runs.data?.items.find((each) => each.courier_id === id);
  const close = () => setAsked(null);
  return (
    <>
      <ListSection
        title="Couriers"
        what="A courier pulls what a stream has received, in batch files, and loads it into feeds. Each stream needs one."
        query={couriers}
        filter={filter}
        add={<Button onClick={add}>Add Courier</Button>}
        head={['Name', 'Courier ID', 'From', 'File format', 'Last run', 'Status']}
        row={(each) => {
          const last = lastOf(each.id);
          return (
            <tr key={each.id}>
              <td><To to={`/couriers/${each.id}`}>{each.name}</To></td>
              <td><Id id={each.id} what={`courier ID of ${each.name}`} /></td>
              <td>{each.stream_id ? <StreamName id={each.stream_id} /> : <span className="mono">{each.folder || '/'}</span>}</td>
              <td>{each.kind === 'file' ? 'Files' : each.file_format}</td>
              <td>{last ? <To to={`/workflows/${last.id}`}><Time at={last.created_at} /></To> : <span className="quiet">never</span>}</td>
              <td>{last && <NamedState name={last.state} />}</td>
              <td className="actions">
                <Actions of={each.name} actions={[
                  { label: 'Run', operation: 'runCourier', act: () => setAsked({ what: 'run', courier: each }) },
                  { label: 'Edit', operation: 'updateCourier', act: () => void navigate({ href: `/ui/couriers/${each.id}/edit` }) },
                  { label: 'Make a copy', operation: 'copyCourier', act: () => copy.mutate({ params: { path: { id: each.id } }, body: {} }) },
                  { label: 'View', act: () => void navigate({ href: `/ui/couriers/${each.id}` }) },
                  { label: 'Delete', operation: 'deleteCourier', danger: true, act: () => setAsked({ what: 'delete', courier: each }) },
                ]} />
              </td>
            </tr>
          );
        }}
      />
      {asked?.what === 'run' && <RunDialog of={asked.courier} onClose={close} />}
      {asked?.what === 'delete' && (
        <Delete of={asked.courier.name} by={() => call(api.DELETE('/api/v0/couriers/{id}', { params: { path: { id: asked.courier.id } } }))} onClose={close}>
          The courier goes. Its feeds, the tables' rows, the stream's files and the runs that were stay.
        </Delete>
      )}
    </>
  );
}
