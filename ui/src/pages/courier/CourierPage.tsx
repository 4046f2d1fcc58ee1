import { useParams } from '@tanstack/react-router';
import { useState } from 'react';

import { $api, type Schema } from '../../api/client';
import { useStreams } from '../../api/lists';
import { Act } from '../../parts/Act';
import { Id } from '../../parts/Copy';
import { Facts } from '../../parts/Facts';
import { To } from '../../parts/Link';
import { Empty, Loaded, Refusal } from '../../parts/Loaded';
import { Page, Section } from '../../parts/Page';
import { Time } from '../../parts/Time';
import { router } from '../../router';
import { RunList } from '../workflows/RunList';
import { RunDialog } from './RunDialog';

export function CourierPage() {
  const { id } = useParams({ from: '/inside/couriers/$id' });
  const courier = $api.useQuery('get', '/api/v0/couriers/{id}', { params: { path: { id } } }, { refetchInterval: 3_000 });
  const streams = useStreams();
  const runs = $api.useQuery('get', '/api/v0/workflow/runs', { params: { query: { kind: 'courier', limit: 200 } } }, { refetchInterval: 3_000 });
  const [running, setRunning] = useState(false);
  const test = $api.useMutation('post', '/api/v0/couriers/{id}/validate');
  const own = (runs.data?.items ?? []).filter((each) => each.courier_id === id);
  return (
    <Loaded query={courier}>
      {(data) => (
        <Page title={data.name} above={<To to="/sources">Sources</To>} beside={<Id id={data.id} what="courier ID" />}
          actions={
            <>
              <Act operation="validateCourier" variant="default" loading={test.isPending} onClick={() => test.mutate({ params: { path: { id } }, body: {} })}>Test</Act>
              <Act operation="updateCourier" variant="default" onClick={() => void router.navigate({ href: `/ui/couriers/${id}/edit` })}>Edit</Act>
              <Act operation="runCourier" onClick={() => setRunning(true)}>Run</Act>
            </>
          }>
          {test.data && <div className={`banner ${test.data.valid ? 'ok' : 'failed'}`} role="status">{test.data.valid ? '✓ ' : '✕ '}{test.data.message}</div>}
          <Refusal error={test.error} />
          {data.live && data.live.failures > 0 && <div className="banner failed" role="alert">✕ {data.live.error}</div>}
          <Section title="Settings">
            <Facts of={[
              ...(data.kind === 'file' ? filesOf(data) : [
              ['Endpoint ID', <To key="s" to={`/streams/${data.stream_id}`}>{streams.data?.items.find((each) => each.id === data.stream_id)?.name ?? ''} {data.stream_id ?? ''}</To>],
              ['File format', data.file_format],
              ['File tag', <span className="mono" key="t">{data.file_tag}</span>],
              ['File pattern prefix', data.file_pattern_prefix ? `${data.file_pattern_prefix}: files of ${data.file_pattern_prefix}:00 to ${data.file_pattern_prefix}:59 UTC` : 'none: all hours'],
              ] as [string, React.ReactNode][]),
              ['Runs', data.trigger === 'each_batch' ? 'with each batch, as it closes' : 'by hand or in a courier group'],
              ['Load operations', <pre key="l" className="payload">{JSON.stringify(data.load_operations, null, 2)}</pre>],
              ['Created at', <Time key="c" at={data.created_at} />],
            ]} />
          </Section>
          <Section title="Runs" flush>
            <Loaded query={runs}>{() => (own.length === 0 ? <Empty>It has never run. Run loads what its stream has received.</Empty> : <RunList runs={own} />)}</Loaded>
          </Section>
          {running && <RunDialog of={data} onClose={() => setRunning(false)} />}
        </Page>
      )}
    </Loaded>
  );
}

function filesOf(courier: Schema['Courier']): [string, React.ReactNode][] {
  return [
    ['Files in', <span className="mono" key="f">{courier.location === 'store' ? 'the store: ' : 'the folder: '}{courier.folder || '/'}</span>],
    ['Load settings', <pre key="l" className="payload">{JSON.stringify(courier.load_settings, null, 2)}</pre>],
  ];
}
