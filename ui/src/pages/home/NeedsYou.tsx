import { Button, Group } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { type ReactNode, useEffect, useState } from 'react';

import { $api } from '../../api/client';
import { Act } from '../../parts/Act';
import { counted } from '../../parts/amounts';
import { To } from '../../parts/Link';
import { Empty, Loaded } from '../../parts/Loaded';
import { State } from '../../parts/State';
import { Time } from '../../parts/Time';
import type { NeedsYou as Needs } from '../../live/events';
import { useNeedsYou } from '../../live/useLive';
import { router } from '../../router';
import { Resolutions } from '../run/Resolutions';

type Item = Needs['items'][number];

/** What goes on by itself is not here; what waits for a person is. An item that is put aside comes back when it changes. */
export function NeedsYou() {
  const live = useNeedsYou();
  const asked = $api.useQuery('get', '/api/v0/needs-you', {}, { refetchInterval: live ? 60_000 : 5_000 });
  const [aside, setAside] = useLocalStorage<Record<string, string>>({ key: 'weir-aside', defaultValue: {} });
  const [resolving, setResolving] = useState<string | null>(null);
  const query = { ...asked, data: live ? { items: live } : asked.data };
  return (
    <Loaded query={query} isEmpty={(page) => page.items.length === 0}
      empty={<Empty>Nothing needs you: no failed workflow, nothing in quarantine, all checks well.</Empty>}>
      {({ items }) => {
        const shown = items.filter((each) => aside[each.id] !== each.version);
        const hidden = items.length - shown.length;
        return (
          <>
            {shown.length > 0 && (
              <table className="list cards" aria-label="Needs you">
                <tbody>
                  {shown.map((each) => (
                    <tr key={each.id}>
                      <td><State tone={each.severity === 'failed' ? 'failed' : 'warning'}>{each.severity === 'failed' ? 'Failed' : 'Warning'}</State></td>
                      <td className="break">
                        <Title of={each} /> {each.since && <span className="quiet"><Time at={each.since} /></span>}
                        <div className="quiet break">{each.text}</div>
                      </td>
                      <td className="actions" style={{ width: 'auto' }}>
                        <Group gap={6} wrap="nowrap" justify="flex-end">
                          {each.kind === 'failed_run' && <Act operation="resolveRun" variant="default" size="xs" onClick={() => setResolving(each.object_id ?? null)}>Resolve</Act>}
                          <Button variant="subtle" size="xs" aria-label={`Put aside until it changes: ${each.title}`} onClick={() => setAside({ ...aside, [each.id]: each.version })}>Put aside</Button>
                        </Group>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
            {hidden > 0 && (
              <Empty action={<Button variant="subtle" size="xs" onClick={() => setAside({})}>Show all</Button>}>
                {counted(hidden, 'matter')} put aside until {hidden === 1 ? 'it changes' : 'they change'}.
              </Empty>
            )}
            {resolving && <Resolve run={resolving} onClose={() => setResolving(null)} />}
          </>
        );
      }}
    </Loaded>
  );
}

const pages: Record<string, (id: string) => string> = {
  failed_run: (id) => `/workflows/${id}`,
  quarantine: (id) => `/quarantine?stream=${id}`,
  fields: (id) => `/streams/${id}/fields`,
};

function Title({ of }: { of: Item }): ReactNode {
  const page = pages[of.kind];
  return page && of.object_id ? <To to={page(of.object_id)}>{of.title}</To> : <strong>{of.title}</strong>;
}

/** What can be done about a run is known once the run is; where that is nothing, its page says why. */
function Resolve({ run, onClose }: { run: string; onClose: () => void }) {
  const { data } = $api.useQuery('get', '/api/v0/workflow/runs/{id}', { params: { path: { id: run } } });
  const nothing = data?.resolutions.length === 0;
  useEffect(() => {
    if (nothing) void router.navigate({ href: `/ui/workflows/${run}` });
  }, [nothing, run]);
  return data && !nothing ? <Resolutions run={data} onClose={onClose} /> : null;
}
