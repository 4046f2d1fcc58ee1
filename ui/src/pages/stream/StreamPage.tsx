import { Group, Text } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';

import { $api } from '../../api/client';
import { useCouriers } from '../../api/lists';
import { Act } from '../../parts/Act';
import { bytes, count, counted } from '../../parts/amounts';
import { CopyIcon, Id } from '../../parts/Copy';
import { To } from '../../parts/Link';
import { Loaded } from '../../parts/Loaded';
import { useSay } from '../../parts/Messages';
import { Page } from '../../parts/Page';
import { Receiving } from '../../parts/Receiving';
import { Tabs } from '../../parts/Tabs';
import { HeldPayloads } from '../quarantine/HeldPayloads';
import { StreamCouriers } from './StreamCouriers';
import { Fields } from './Fields';
import { Files } from './Files';
import { Hours } from './Hours';
import { LiveTail } from './LiveTail';
import { Payloads } from './Payloads';
import { SamplesDialog } from './SamplesDialog';
import { SendDialog } from './SendDialog';
import { Settings } from './Settings';
import { TryPayload } from './TryPayload';

const refresh = { refetchInterval: 3_000 };

export function StreamPage() {
  const { id, tab = 'tail' } = useParams({ from: '/inside/streams/$id/{-$tab}' });
  const stream = $api.useQuery('get', '/api/v0/streams/{id}', { params: { path: { id } } }, refresh);
  const couriers = useCouriers();
  const [open, setOpen] = useState<'samples' | 'send' | null>(null);
  const say = useSay();
  const flush = $api.useMutation('post', '/api/v0/streams/{id}/flush', {
    onSuccess: ({ batches }) => say(batches.length === 0 ? 'Nothing waited to be batched' : `${counted(batches.length, 'batch', 'batches')} closed`),
  });
  const reading = (couriers.data?.items ?? []).filter((each) => each.stream_id === id);
  return (
    <Loaded query={stream}>
      {(data) => (
        <Page
          title={data.name}
          above={<To to="/sources">Sources</To>}
          beside={<><Id id={data.id} what="stream ID" /><Receiving stream={id} /></>}
          actions={
            <>
              <Act operation="flushStream" variant="default" loading={flush.isPending} onClick={() => flush.mutate({ params: { path: { id } }, body: {} })}>Close batches now</Act>
              <Act operation="createToken" variant="default" onClick={() => setOpen('send')}>Send a test payload</Act>
              <Act operation="getCurlSample" onClick={() => setOpen('samples')}>Samples</Act>
            </>
          }
        >
          {data.description && <Text className="quiet break">{data.description}</Text>}
          <Group gap="xl" className="card">
            <Figure name="Records in files" value={count(data.counts.in_files)} />
            <Figure name="Files" value={count(data.counts.files)} />
            <Figure name="Size" value={bytes(data.counts.bytes)} />
            <Figure name="Duplicates" value={count(data.counts.duplicates)} />
            <Figure name="Quarantined" value={count(data.counts.quarantined)} />
            <div style={{ flex: '1 1 320px', minWidth: 0 }}>
              <Text size="xs" className="quiet">Endpoint</Text>
              <span className="mono break">POST {data.ingest_url}</span> <CopyIcon text={data.ingest_url} what="URL" />
            </div>
          </Group>
          <Tabs label="Of this stream" current={tab} items={[
            { key: 'tail', name: 'Live tail', to: `/streams/${id}/tail` },
            { key: 'payloads', name: 'Payloads', to: `/streams/${id}/payloads` },
            { key: 'files', name: 'Files', to: `/streams/${id}/files` },
            { key: 'hours', name: 'Hours', to: `/streams/${id}/hours` },
            { key: 'quarantine', name: `Quarantine ${count(data.counts.quarantined)}`, to: `/streams/${id}/quarantine` },
            { key: 'fields', name: 'Fields', to: `/streams/${id}/fields` },
            { key: 'try', name: 'Try a payload', to: `/streams/${id}/try` },
            { key: 'couriers', name: `Couriers ${count(reading.length)}`, to: `/streams/${id}/couriers` },
            { key: 'settings', name: 'Settings', to: `/streams/${id}/settings` },
          ]} />
          {tab === 'tail' && <LiveTail key={id} stream={id} />}
          {tab === 'payloads' && <Payloads stream={data} />}
          {tab === 'files' && <Files stream={id} />}
          {tab === 'hours' && <Hours stream={id} />}
          {tab === 'quarantine' && <HeldPayloads stream={id} />}
          {tab === 'fields' && <Fields stream={id} />}
          {tab === 'try' && <TryPayload key={id} stream={data} />}
          {tab === 'couriers' && <StreamCouriers stream={id} couriers={reading} />}
          {tab === 'settings' && <Settings stream={data} />}
          {open === 'samples' && <SamplesDialog stream={data} onClose={() => setOpen(null)} />}
          {open === 'send' && <SendDialog stream={data} onClose={() => setOpen(null)} />}
        </Page>
      )}
    </Loaded>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <Text size="xs" className="quiet">{name}</Text>
      <Text size="lg" fw={650} style={{ fontVariantNumeric: 'tabular-nums' }}>{value}</Text>
    </div>
  );
}
