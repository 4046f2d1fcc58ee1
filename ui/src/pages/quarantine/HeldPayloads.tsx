import { SegmentedControl, Stack } from '@mantine/core';
import { useState } from 'react';

import { call } from '../../api/call';
import { api, type Schema } from '../../api/client';
import { pageOf, usePaged } from '../../api/lists';
import { bytes, count } from '../../parts/amounts';
import { To } from '../../parts/Link';
import { Empty, Loaded } from '../../parts/Loaded';
import { More } from '../../parts/More';
import { Section } from '../../parts/Page';
import { NamedState } from '../../parts/State';
import { StreamName } from '../../parts/StreamName';
import { Time } from '../../parts/Time';

type Kept = Schema['QuarantineState'] | 'all';

/** Payloads that were accepted and could not be put into a file, with the reason; of one stream or of all. */
export function HeldPayloads({ stream }: { stream?: string }) {
  const [state, setState] = useState<Kept>('held');
  const held = usePaged<Schema['Quarantined']>(['quarantine', stream, state], (next_token) =>
    call(api.GET('/api/v0/quarantine', { params: { query: { ...(stream ? { stream_id: stream } : {}), ...(state === 'all' ? {} : { state }), ...pageOf('', next_token) } } })), 5_000);
  return (
    <Stack gap="sm">
      <SegmentedControl w="fit-content" size="xs" aria-label="Show" value={state} onChange={(value) => setState(value as Kept)}
        data={[{ value: 'held', label: 'Held' }, { value: 'replayed', label: 'Replayed' }, { value: 'dropped', label: 'Dropped' }, { value: 'all', label: 'All' }]} />
      <Loaded query={held} isEmpty={(found) => found.length === 0}
        empty={<div className="card flush"><Empty>{state === 'held' || state === 'all' ? 'Nothing was turned away.' : `None was ${state}.`}</Empty></div>}>
        {(found) => <>{byReason(found).map(([reason, items]) => (
          <Section key={reason} title={reason.slice(0, 160)} note={`${count(items.length)}${held.hasNextPage ? '+' : ''}`} flush>
            <div className="scroll">
              <table className="list cards">
                <thead><tr><th>Receipt</th><th>Received</th>{!stream && <th>Stream</th>}<th>Type</th><th className="number">Size</th><th>State</th></tr></thead>
                <tbody>
                  {items.map((each) => (
                    <tr key={each.receipt}>
                      <td className="mono"><To to={`/quarantine/${each.receipt}`}>{each.receipt}</To></td>
                      <td><Time at={each.received_at} /></td>
                      {!stream && <td><StreamName id={each.stream_id} /></td>}
                      <td>{each.payload_type.toUpperCase()}</td>
                      <td className="number">{bytes(each.body_bytes)}</td>
                      <td><NamedState name={each.state} /></td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </Section>
        ))}<More of={held} /></>}
      </Loaded>
    </Stack>
  );
}

/** The same reason at other places is one reason: numbers in it do not count. */
function byReason(items: Schema['Quarantined'][]): [string, Schema['Quarantined'][]][] {
  const groups = new Map<string, Schema['Quarantined'][]>();
  for (const each of items) {
    const reason = each.reason.replace(/\d+/g, '#');
    groups.set(reason, [...(groups.get(reason) ?? []), each]);
  }
  return [...groups.values()].map((each) => [each[0]!.reason, each] as [string, typeof each]).sort(([, one], [, two]) => two.length - one.length);
}
