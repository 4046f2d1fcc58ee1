import { $api } from '../../api/client';
import { Empty, Loaded } from '../../parts/Loaded';
import { useRunsChanged } from '../../live/useLive';
import { RunList } from '../workflows/RunList';

export function RecentRuns() {
  const runs = $api.useQuery('get', '/api/v0/workflow/runs', { params: { query: { limit: 5 } } }, { refetchInterval: 10_000 });
  useRunsChanged(runs.refetch);
  return (
    <Loaded query={runs} isEmpty={(page) => page.items.length === 0} empty={<Empty>Nothing has run yet. A courier loads what a stream has received: run one from Sources.</Empty>}>
      {(page) => <RunList runs={page.items} />}
    </Loaded>
  );
}
