/** What streams took, by UTC day: of one, or of all. */
import { Group, SegmentedControl } from '@mantine/core';
import { useState } from 'react';

import { $api, type Schema } from '../api/client';
import { bytes, count, counted } from './amounts';
import { Loaded } from './Loaded';
import { Section } from './Page';
import { today } from './Time';

const spans = { 30: '30 d', 90: '90 d', 365: '1 y' };

const before = (days: number) => new Date(Date.now() - (days - 1) * 86_400_000).toISOString().slice(0, 10);

export function Days({ stream }: { stream?: string }) {
  const [span, setSpan] = useState('30');
  const query = { from: before(Number(span)), ...(stream ? { stream_id: stream } : {}) };
  const usage = $api.useQuery('get', '/api/v0/usage', { params: { query } }, { refetchInterval: 60_000, placeholderData: (old) => old });
  const all = usage.data?.days.reduce((sum, each) => sum + each.payloads, 0) ?? 0;
  return (
    <Section title="Usage" note={usage.data && `${counted(all, 'payload')} by UTC day, ${count(Math.round(all / usage.data.days.length))} a day on average`}
      actions={<SegmentedControl size="xs" aria-label="Days" value={span} onChange={setSpan} data={Object.entries(spans).map(([value, label]) => ({ value, label }))} />}>
      <Loaded query={usage} lines={2}>{(data) => <OfDays usage={data} />}</Loaded>
    </Section>
  );
}

function OfDays({ usage }: { usage: Schema['Usage'] }) {
  const most = Math.max(...usage.days.map((each) => each.payloads), 1);
  const step = 1000 / usage.days.length;
  const height = (value: number) => (value > 0 ? Math.max((value / most) * 70, 1) : 0);
  return (
    <>
      <svg className="spark" width="100%" height={72} viewBox="0 0 1000 72" preserveAspectRatio="none" role="img" aria-label={`At most ${count(most)} payloads in one day`}>
        {usage.days.map((each, at) => (
          <g key={each.day}>
            <title>{`${each.day}: ${count(each.payloads)}${each.day === today() ? ' so far' : ''}`}</title>
            <rect x={at * step} width={step * 0.86} y={72 - height(each.payloads)} height={height(each.payloads)} />
          </g>
        ))}
        <line x1={0} x2={1000} y1={71.5} y2={71.5} />
      </svg>
      <Group justify="space-between" className="quiet" style={{ fontSize: 12 }}>
        <span>{usage.from}</span>
        {usage.tables_loaded !== undefined && <span>{counted(usage.tables_loaded, 'table')} loaded, {counted(usage.couriers_run ?? 0, 'courier')} run</span>}
        <span>{usage.days.at(-1)?.day}</span>
      </Group>
      <details style={{ marginTop: 8 }}>
        <summary className="quiet">As a table</summary>
        <div className="scroll">
          <table className="list cards" aria-label="Usage by day">
            <thead><tr><th>Day</th><th className="number">Payloads</th><th className="number">Size</th><th className="number">Files</th><th className="number">Duplicates</th><th className="number">Quarantined</th><th className="number">Refused</th></tr></thead>
            <tbody>
              {usage.days.filter((each) => each.payloads + each.refused > 0).reverse().map((each) => (
                <tr key={each.day}>
                  <td>{each.day}</td>
                  <td className="number" data-head="Payloads">{count(each.payloads)}</td>
                  <td className="number" data-head="Size">{bytes(each.bytes)}</td>
                  <td className="number" data-head="Files">{count(each.files)}</td>
                  <td className="number" data-head="Duplicates">{count(each.duplicates)}</td>
                  <td className="number" data-head="Quarantined">{count(each.quarantined)}</td>
                  <td className="number" data-head="Refused">{count(each.refused)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </>
  );
}
