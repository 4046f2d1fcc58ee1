import { SegmentedControl, Stack } from '@mantine/core';
import { useState } from 'react';

import { $api, type Schema } from '../../api/client';
import { useStreams } from '../../api/lists';
import { bytes, count } from '../../parts/amounts';
import { To } from '../../parts/Link';
import { Empty, Loaded } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { visible } from '../../parts/visible';
import { NamedState } from '../../parts/State';
import { Time } from '../../parts/Time';

type Kept = Schema['QuarantineState'] | 'all';

/** Payloads that were accepted and could not be put into a file, with the reason; of one stream or of all. */
export function HeldPayloads({ stream }: { stream?: string }) {
  const [state, setState] = useState<Kept>('held');
  const streams = useStreams();
  const found = $api.useQuery('get', '/api/v0/quarantine', {
    params: { query: { ...(stream ? { stream_id: stream } : {}), ...(state === 'all' ? {} : { state }), limit: 500 } },
  }, { refetchInterval: 5_000 });
  const nameOf = (id: string) => streams.data?.items.find((each) => each.id === id)?.name ?? id;
  return (
    <Stack gap="sm">
      <SegmentedControl w="fit-content" size="xs" aria-label="Show" value={state} onChange={(value) => setState(value as Kept)}
        data={[{ value: 'held', label: 'Held' }, { value: 'replayed', label: 'Replayed' }, { value: 'dropped', label: 'Dropped' }, { value: 'all', label: 'All' }]} />
      <Loaded query={found} isEmpty={(page) => page.items.length === 0}
        empty={<div className="card flush"><Empty>{state === 'held' || state === 'all' ? 'Nothing was turned away.' : `None was ${state}.`}</Empty></div>}>
        {(page) => <>{byReason(page.items).map(([reason, items]) => (
          <Section key={reason} title={visible(reason).slice(0, 160)} note={`${count(items.length)}${page.next_token ? '+' : ''}`} flush>
            <div className="scroll">
              <table className="list cards">
                <thead><tr><th>Receipt</th><th>Received</th>{!stream && <th>Stream</th>}<th>Type</th><th className="number">Size</th><th>State</th></tr></thead>
                <tbody>
                  {items.map((each) => (
                    <tr key={each.receipt}>
                      <td className="mono"><To to={`/quarantine/${each.receipt}`}>{each.receipt}</To></td>
                      <td><Time at={each.received_at} /></td>
                      {!stream && <td><To to={`/streams/${each.stream_id}`}>{nameOf(each.stream_id)}</To></td>}
                      <td>{each.payload_type.toUpperCase()}</td>
                      <td className="number">{bytes(each.body_bytes)}</td>
                      <td><NamedState name={each.state} /></td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </Section>
        ))}</>}
      </Loaded>
    </Stack>
  );
}

/** The same reason at other places is one reason: numbers in it do not count. */
function byReason(items: Schema['Quarantined'][]): [string, Schema['Quarantined'][]][] {
  const groups = new Map<string, Schema['Quarantined'][]>();
  for (const each of [...items].reverse()) {
    const reason = each.reason.replace(/\d+/g, '#');
    groups.set(reason, [...(groups.get(reason) ?? []), each]);
  }
  return [...groups.values()].map((each) => [each[0]!.reason, each] as [string, typeof each]).sort(([, one], [, two]) => two.length - one.length);
}
