import { Group, Select, TextInput } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';

import { call } from '../../api/call';
import { api, type Schema } from '../../api/client';
import { usePaged } from '../../api/lists';
import { Empty, Loaded } from '../../parts/Loaded';
import { More } from '../../parts/More';
import { Page, Section } from '../../parts/Page';
import { useRunsChanged } from '../../live/useLive';
import { kinds, RunList } from './RunList';

/** What has run and runs, newest first; its filters are in the address. */
export function WorkflowsPage() {
  const search = useSearch({ from: '/inside/workflows' });
  const navigate = useNavigate();
  const wanted = {
    ...(search.unresolved ? { unresolved: true } : search.state ? { state: search.state as Schema['RunState'] } : {}),
    ...(search.type ? { kind: search.type as Schema['RunKind'] } : {}),
    ...(search.q ? { q: search.q } : {}),
  };
  const runs = usePaged<Schema['Run']>(['runs', wanted], (next_token) =>
    call(api.GET('/api/v0/workflow/runs', { params: { query: { limit: 100, ...wanted, ...(next_token ? { next_token } : {}) } } })), 10_000);
  useRunsChanged(runs.refetch);
  const set = (part: Partial<typeof search>) =>
    void navigate({ to: '/workflows', search: Object.fromEntries(Object.entries({ ...search, ...part }).filter(([, value]) => value)), replace: true });
  const filtered = Boolean(search.state || search.unresolved || search.type || search.q);
  return (
    <Page title="Workflows">
      <Group align="end">
        <Select label="Status" w={230} value={search.unresolved ? 'unresolved' : (search.state ?? '')}
          onChange={(state) => set(state === 'unresolved' ? { state: '', unresolved: 'true' } : { state: state ?? '', unresolved: '' })}
          data={[{ value: '', label: 'All' }, { value: 'failed', label: 'Failed' }, { value: 'unresolved', label: 'Failed, unresolved' }, { value: 'running', label: 'Running' }, { value: 'stopped', label: 'Stopped' }, { value: 'succeeded', label: 'Succeeded' }]} />
        <Select label="Type" w={180} value={search.type ?? ''} onChange={(type) => set({ type: type ?? '' })}
          data={[{ value: '', label: 'All' }, ...Object.entries(kinds).map(([value, label]) => ({ value, label }))]} />
        <TextInput label="Name, error or ID" w={280} value={search.q ?? ''} onChange={(event) => set({ q: event.currentTarget.value })} />
      </Group>
      <Section title="Run history" note="the newest first" flush>
        <Loaded query={runs} isEmpty={(found) => found.length === 0}
          empty={<Empty>{filtered ? 'None match these filters.' : 'Nothing has run yet. Run a courier from Sources.'}</Empty>}>
          {(found) => <><RunList runs={found} /><More of={runs} /></>}
        </Loaded>
      </Section>
    </Page>
  );
}
