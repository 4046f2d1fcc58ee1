import { useParams } from '@tanstack/react-router';
import { useState } from 'react';

import { $api, type Schema } from '../../api/client';
import { Act } from '../../parts/Act';
import { Id } from '../../parts/Copy';
import { Facts } from '../../parts/Facts';
import { To } from '../../parts/Link';
import { Empty, Loaded, Refusal } from '../../parts/Loaded';
import { Page, Section } from '../../parts/Page';
import { StreamName } from '../../parts/StreamName';
import { Time } from '../../parts/Time';
import { router } from '../../router';
import { RunList } from '../workflows/RunList';
import { RunDialog } from './RunDialog';

export function CourierPage() {
  const { id } = useParams({ from: '/inside/couriers/$id' });
  const courier = $api.useQuery('get', '/api/v0/couriers/{id}', { params: { path: { id } } }, { refetchInterval: 3_000 });
  const runs = $api.useQuery('get', '/api/v0/workflow/runs', { params: { query: { courier_id: id, limit: 100 } } }, { refetchInterval: 3_000 });
  const [running, setRunning] = useState(false);
  const test = $api.useMutation('post', '/api/v0/couriers/{id}/validate');
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
          {test.data && <div className={`banner ${test.data.valid ? 'ok' : 'failed'}`} role="status">{test.data.valid ? '✓ ' : '✕ '}{test.data.message ?? ''}</div>}
          <Refusal error={test.error} />
          {data.live && data.live.failures > 0 && <div className="banner failed" role="alert">✕ {data.live.error ?? ''}</div>}
          <Section title="Settings">
            <Facts of={[
              ...(data.kind === 'file' ? filesOf(data) : [
              ['Stream', <StreamName key="s" id={data.stream_id ?? ''} />],
              ['Endpoint ID', <span key="e" className="mono">{data.stream_id}</span>],
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
            <Loaded query={runs}>{(page) => (page.items.length === 0 ? <Empty>It has never run. Run loads what its stream has received.</Empty> : <RunList runs={page.items} />)}</Loaded>
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
