import { Button, Group } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

import { $api, type Schema } from '../../api/client';
import { Act } from '../../parts/Act';
import { Back } from '../../parts/Back';
import { Id } from '../../parts/Copy';
import { Facts } from '../../parts/Facts';
import { To } from '../../parts/Link';
import { Loaded, Refusal } from '../../parts/Loaded';
import { Page, Section } from '../../parts/Page';
import { isOver, NamedState } from '../../parts/State';
import { duration, Time } from '../../parts/Time';
import { useLiveRuns, useRunsChanged } from '../../live/useLive';
import { kinds, RunList, startedBy } from '../workflows/RunList';
import { ErrorLog } from './ErrorLog';
import { Notices } from './Notices';
import { Resolutions } from './Resolutions';
import { Tasks } from './Tasks';

export function RunPage() {
  const { id } = useParams({ from: '/inside/workflows/$id' });
  const run = $api.useQuery('get', '/api/v0/workflow/runs/{id}', { params: { path: { id } } }, {
    refetchInterval: (query) => (query.state.data && isOver(query.state.data.state) ? 10_000 : 1_000),
  });
  const { refetch } = run;
  const told = useLiveRuns()?.get(id);
  useEffect(() => {
    if (told) void refetch();
  }, [told, refetch]);
  const [resolving, setResolving] = useState(false);
  const stop = $api.useMutation('post', '/api/v0/workflow/runs/{id}/stop');
  return (
    <Loaded query={run} lines={8}>
      {(data) => (
        <Page title={data.name} above={<Back><To to="/workflows">Workflows</To></Back>} beside={<><NamedState name={data.state} /><Id id={data.id} what="workflow ID" /></>}
          actions={
            <>
              {data.resolutions.length > 0 && <Act operation="resolveRun" onClick={() => setResolving(true)}>Show resolutions</Act>}
              {!isOver(data.state) && <Act operation="stopRun" variant="default" loading={stop.isPending} onClick={() => stop.mutate({ params: { path: { id } }, body: {} })}>Stop workflow</Act>}
            </>
          }>
          <Refusal error={stop.error} />
          <Outcome run={data} />
          <Section title="Run">
            <Facts of={[
              ['Type', kinds[data.kind]],
              ['Started by', <span key="b" title={data.started_by}>{startedBy(data)}</span>],
              ['Started', <Time key="s" at={data.started_at} none="not yet" />],
              ['Runtime', duration(data.started_at, data.ended_at) || 'not begun'],
              ['Date range', rangeOf(data)],
              ...(data.courier_id ? [['Courier', <To key="c" to={`/couriers/${data.courier_id}`}>{data.courier_id}</To>] as [string, React.ReactNode]] : []),
              ...(data.group_id ? [['Courier group', <To key="g" to={`/groups/${data.group_id}`}>{data.group_id}</To>] as [string, React.ReactNode]] : []),
              ...(data.parent ? [['Part of', <To key="p" to={`/workflows/${data.parent}`}>{data.parent}</To>] as [string, React.ReactNode]] : []),
            ]} />
          </Section>
          <Tasks tasks={data.tasks} />
          {data.kind === 'group' && <Children of={id} />}
          <ErrorLog run={id} />
          <Notices notices={data.notices} />
          {resolving && <Resolutions run={data} onClose={() => setResolving(false)} />}
          <Group className="no-print"><Button variant="subtle" color="gray" onClick={() => window.print()}>Print</Button></Group>
        </Page>
      )}
    </Loaded>
  );
}

/** What became of the data, first. */
function Outcome({ run }: { run: Schema['RunWithTasks'] }) {
  if (run.error) {
    const step = run.tasks.find((each) => each.state === 'failed');
    return (
      <div className="banner failed break" role="alert">
        {step && <div>✕ Error running {step.kind} task</div>}
        <strong style={{ whiteSpace: 'pre-wrap' }}>{run.error}</strong>
        {run.attribution && <div>{run.attribution === 'customer' ? 'To be mended in the data or the settings' : 'To be mended by who runs this server'}</div>}
      </div>
    );
  }
  if (run.state === 'succeeded') return <div className="banner ok" role="status">✓ Completed in {duration(run.started_at, run.ended_at)}</div>;
  if (!isOver(run.state)) return <div className="banner running" role="status">◐ Running for {duration(run.started_at) || 'a moment'}</div>;
  return null;
}

function rangeOf(run: Schema['Run']): string {
  if (!run.range_from) return 'all available data';
  if (!run.range_to) return `${run.range_from} 00:00 to 24:00 UTC`;
  return `${run.range_from} to ${run.range_to} (not included), UTC days`;
}

function Children({ of }: { of: string }) {
  const runs = $api.useQuery('get', '/api/v0/workflow/runs', { params: { query: { parent: of, limit: 200 } } }, { refetchInterval: 10_000 });
  useRunsChanged(runs.refetch);
  return (
    <Section title="Its courier runs" flush>
      <Loaded query={runs}>{(page) => <RunList runs={page.items} />}</Loaded>
    </Section>
  );
}
