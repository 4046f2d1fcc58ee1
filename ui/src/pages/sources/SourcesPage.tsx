import { Button, Group, TextInput } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';

import { Act } from '../../parts/Act';
import { Page } from '../../parts/Page';
import { AddFeedDialog } from './AddFeedDialog';
import { Couriers } from './Couriers';
import { CourierGroups } from './CourierGroups';
import { Feeds } from './Feeds';
import { IngestQueries } from './IngestQueries';
import { Streams } from './Streams';
import { StreamDialog } from './StreamDialog';

/** The five kinds of things that are configured, each with the button that adds one. */
export function SourcesPage() {
  const { q = '' } = useSearch({ from: '/inside/sources' });
  const navigate = useNavigate();
  const [adding, setAdding] = useState<'stream' | 'feed' | null>(null);
  const to = (path: string) => () => void navigate({ href: `/ui${path}` });
  return (
    <Page
      title="Sources"
      actions={
        <>
          <Act operation="createStream" onClick={() => setAdding('stream')}>Add stream</Act>
          <Act operation="createCourier" variant="default" onClick={to('/couriers/new')}>Add Courier</Act>
          <Act operation="createFeed" variant="default" onClick={() => setAdding('feed')}>Add Feed</Act>
          <Act operation="createIngestQuery" variant="default" onClick={to('/queries/new')}>Add SQL Query</Act>
          <Act operation="createCourierGroup" variant="default" onClick={to('/groups/new')}>Add Courier Group</Act>
        </>
      }
    >
      <Group gap="xs">
        <TextInput w={280} aria-label="Filter by name or ID" placeholder="Filter by name or ID" value={q}
          onChange={(event) => void navigate({ to: '/sources', search: event.currentTarget.value ? { q: event.currentTarget.value } : {}, replace: true })} />
        {q && <Button variant="subtle" color="gray" onClick={() => void navigate({ to: '/sources', search: {}, replace: true })}>Clear</Button>}
      </Group>
      <Streams filter={q} add={() => setAdding('stream')} />
      <Couriers filter={q} add={to('/couriers/new')} />
      <Feeds filter={q} add={() => setAdding('feed')} />
      <IngestQueries filter={q} add={to('/queries/new')} />
      <CourierGroups filter={q} add={to('/groups/new')} />
      {adding === 'stream' && <StreamDialog onClose={() => setAdding(null)} />}
      {adding === 'feed' && <AddFeedDialog onClose={() => setAdding(null)} />}
    </Page>
  );
}
