import { Group, Select, TextInput } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';

import { $api, type Schema } from '../../api/client';
import { Empty, Loaded } from '../../parts/Loaded';
import { Page, Section } from '../../parts/Page';
import { kinds, RunList } from './RunList';

/** What has run and runs, newest first; its filters are in the address. */
export function WorkflowsPage() {
  const search = useSearch({ from: '/inside/workflows' });
  const navigate = useNavigate();
  const runs = $api.useQuery('get', '/api/v0/workflow/runs', {
    params: {
      query: {
        limit: 200,
        ...(search.state ? { state: search.state as Schema['RunState'] } : {}),
        ...(search.type ? { kind: search.type as Schema['RunKind'] } : {}),
        ...(search.q ? { text: search.q } : {}),
      },
    },
  }, { refetchInterval: 3_000, placeholderData: undefined });
  const set = (part: Partial<typeof search>) =>
    void navigate({ to: '/workflows', search: Object.fromEntries(Object.entries({ ...search, ...part }).filter(([, value]) => value)), replace: true });
  const filtered = Boolean(search.state || search.type || search.q);
  return (
    <Page title="Workflows">
      <Group align="end">
        <Select label="Status" w={180} value={search.state ?? ''} onChange={(state) => set({ state: state ?? '' })}
          data={[{ value: '', label: 'All' }, { value: 'failed', label: 'Failed' }, { value: 'running', label: 'Running' }, { value: 'stopped', label: 'Stopped' }, { value: 'succeeded', label: 'Succeeded' }]} />
        <Select label="Type" w={180} value={search.type ?? ''} onChange={(type) => set({ type: type ?? '' })}
          data={[{ value: '', label: 'All' }, ...Object.entries(kinds).map(([value, label]) => ({ value, label }))]} />
        <TextInput label="Name, error or ID" w={280} value={search.q ?? ''} onChange={(event) => set({ q: event.currentTarget.value })} />
      </Group>
      <Section title="Run history" note="the newest first" flush>
        <Loaded query={runs} isEmpty={(page) => page.items.length === 0}
          empty={<Empty>{filtered ? 'None match these filters.' : 'Nothing has run yet. Run a courier from Sources.'}</Empty>}>
          {(page) => <RunList runs={page.items} />}
        </Loaded>
      </Section>
    </Page>
  );
}
