/** How much a stream accepted: by minute for the last hours, by hour for days. */
import { Group, SegmentedControl } from '@mantine/core';
import { useState } from 'react';

import { $api, type Schema } from '../../api/client';
import { count } from '../../parts/amounts';
import { Loaded } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { utc } from '../../parts/Time';

const spans = {
  hour: { label: '1 h', query: { by: 'minute', last: 60 } },
  day: { label: '24 h', query: { by: 'hour', last: 24 } },
  week: { label: '7 d', query: { by: 'hour', last: 168 } },
  month: { label: '30 d', query: { by: 'hour', last: 720 } },
} as const;

export function Volume({ stream }: { stream: string }) {
  const [span, setSpan] = useState<keyof typeof spans>('hour');
  const volume = $api.useQuery('get', '/api/v0/streams/{id}/volume', { params: { path: { id: stream }, query: spans[span].query } }, { refetchInterval: 15_000 });
  return (
    <Section title="Volume" note={volume.data && `${count(volume.data.accepted.reduce((all, each) => all + each, 0))} accepted, by ${volume.data.by}; what waits in the log is not among it`}
      actions={<SegmentedControl size="xs" aria-label="Span" value={span} onChange={(value) => setSpan(value as keyof typeof spans)} data={Object.entries(spans).map(([value, { label }]) => ({ value, label }))} />}>
      <Loaded query={volume} lines={2}>{(data) => <Bars volume={data} />}</Loaded>
    </Section>
  );
}

function Bars({ volume }: { volume: Schema['Volume'] }) {
  const most = Math.max(...volume.accepted, 1);
  const step = 1000 / volume.accepted.length;
  const each = volume.by === 'minute' ? 60_000 : 3_600_000;
  const label = (at: number) => utc(new Date(Date.parse(volume.from) + at * each).toISOString()).replace(/:00 UTC$/, ' UTC');
  return (
    <>
      <svg className="spark" width="100%" height={72} viewBox="0 0 1000 72" preserveAspectRatio="none" role="img" aria-label={`At most ${count(most)} in one ${volume.by}`}>
        {volume.accepted.map((value, at) => (
          <rect key={at} x={at * step} width={Math.max(step * 0.86, 0.6)} y={72 - (value / most) * 70} height={value > 0 ? Math.max((value / most) * 70, 1) : 0}>
            <title>{`${label(at)}: ${count(value)}`}</title>
          </rect>
        ))}
        <line x1={0} x2={1000} y1={71.5} y2={71.5} />
      </svg>
      <Group justify="space-between" className="quiet" style={{ fontSize: 12 }}>
        <span>{label(0)}</span>
        <span>at most {count(most)} a{volume.by === 'hour' ? 'n' : ''} {volume.by}</span>
        <span>{label(volume.accepted.length)}</span>
      </Group>
    </>
  );
}
