import { Button } from '@mantine/core';
import { useState } from 'react';

import { call } from '../../api/call';
import { $api, api, type Schema } from '../../api/client';
import { useBrowsed } from '../../api/lists';
import { Actions } from '../../parts/Act';
import { Id } from '../../parts/Copy';
import { Confirm } from '../../parts/Dialogs';
import { Delete } from '../../parts/Delete';
import { To } from '../../parts/Link';
import { ListSection } from '../../parts/ListSection';
import { useSay } from '../../parts/Messages';
import { State } from '../../parts/State';
import { Time } from '../../parts/Time';
import { router } from '../../router';

export function Feeds({ filter, add }: { filter: string; add: () => void }) {
  const feeds = useBrowsed('/api/v0/feeds', filter);
  const [asked, setAsked] = useState<{ what: 'truncate' | 'delete'; feed: Schema['Feed'] } | null>(null);
  const say = useSay();
  const close = () => setAsked(null);
  const copy = $api.useMutation('post', '/api/v0/feeds/{id}/copy', { onSuccess: (made) => say(`${made.name} was made`, `/feeds/${made.id}`) });
  const truncate = $api.useMutation('post', '/api/v0/feeds/{id}/truncate', {
    onSuccess: (feed) => {
      say(`${feed.table} has no rows now`);
      close();
    },
  });
  return (
    <>
      <ListSection
        title="Feeds"
        what="A feed says which fields a record has and which make its primary key. It fills one domain table."
        query={feeds}
        filter={filter}
        add={<Button onClick={add}>Add Feed</Button>}
        head={['Name', 'Feed ID', 'Source', 'Table', 'Fields', 'Status', 'Created at']}
        row={(each) => (
          <tr key={each.id}>
            <td><To to={`/feeds/${each.id}`}>{each.name}</To></td>
            <td><Id id={each.id} what={`feed ID of ${each.name}`} /></td>
            <td>{each.source}</td>
            <td>{each.active ? <To to={`/tables/${encodeURIComponent(each.table)}`}>{each.table}</To> : each.table}</td>
            <td className="number">{each.fields.length}</td>
            <td>{each.active ? <State tone="ok">Active</State> : <State tone="waiting">Draft</State>}</td>
            <td><Time at={each.created_at} /></td>
            <td className="actions">
              <Actions of={each.name} actions={[
                { label: 'Edit', act: () => void router.navigate({ href: `/ui/feeds/${each.id}` }) },
                { label: 'Make a copy', operation: 'copyFeed', act: () => copy.mutate({ params: { path: { id: each.id } }, body: {} }) },
                { label: 'Truncate', operation: 'truncateFeed', danger: true, act: () => setAsked({ what: 'truncate', feed: each }) },
                { label: 'Delete', operation: 'deleteFeed', danger: true, act: () => setAsked({ what: 'delete', feed: each }) },
              ]} />
            </td>
          </tr>
        )}
      />
      {asked?.what === 'truncate' && (
        <Confirm title={`Empty ${asked.feed.table}?`} verb={`Truncate ${asked.feed.name}`} busy={truncate.isPending} error={truncate.error} onClose={close}
          onConfirm={() => truncate.mutate({ params: { path: { id: asked.feed.id } }, body: {} })}>
          All rows of {asked.feed.table} go. The files they came from stay, and can be loaded again.
        </Confirm>
      )}
      {asked?.what === 'delete' && (
        <Delete of={asked.feed.name} by={() => call(api.DELETE('/api/v0/feeds/{id}', { params: { path: { id: asked.feed.id } } }))} onClose={close}>
          The feed goes. Its table {asked.feed.table} and the data files stay.
        </Delete>
      )}
    </>
  );
}
