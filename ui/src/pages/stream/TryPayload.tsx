/** What would become of a payload: at the door, behind it, and in each table. Nothing is stored. */
import { Group, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';

import { $api, type Schema } from '../../api/client';
import { Act } from '../../parts/Act';
import { counted } from '../../parts/amounts';
import { To } from '../../parts/Link';
import { Empty, Refusal } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { Rows } from '../../parts/Rows';
import { State, type Tone } from '../../parts/State';
import { visible } from '../../drawn/visible';

type PayloadFate = Schema['PayloadFate'];
type Table = PayloadFate['tables'][number];

export function TryPayload({ stream }: { stream: Schema['StreamWithCounts'] }) {
  const isXml = stream.payload_type === 'xml';
  const [payload, setPayload] = useState(isXml ? '<record>\n  <field1>value1</field1>\n</record>' : '{"field1": "value1"}');
  const validate = $api.useMutation('post', '/api/v0/streams/{id}/validate');
  const ask = () => validate.mutate({ params: { path: { id: stream.id } }, body: { payload } });
  return (
    <>
      <Section title="Try a payload" note="it is checked as if it were sent, and stored nowhere"
        actions={<Act operation="validatePayload" loading={validate.isPending} onClick={ask}>Try it</Act>}>
        <Textarea label="Payload" autosize minRows={5} maxRows={18} classNames={{ input: 'mono' }} spellCheck={false} value={payload} onChange={(event) => setPayload(event.currentTarget.value)}
          onKeyDown={(event) => { if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) ask(); }} />
      </Section>
      <Refusal error={validate.error} />
      {validate.data && <Fate of={validate.data} />}
    </>
  );
}

function Fate({ of }: { of: PayloadFate }) {
  return (
    <Stack gap="md" role="status">
      <Section title="The answer">
        <Group gap="sm" align="baseline">
          {of.status === 202 ? <State tone="ok">202 accepted</State> : <State tone="failed">{`${of.status} refused`}</State>}
          {of.message && <Text size="sm" className="break" style={{ whiteSpace: 'pre-wrap' }}>{visible(of.message)}</Text>}
        </Group>
        {of.quarantined && <Text size="sm" mt={8} className="break">It would be kept aside, in the quarantine: {visible(of.quarantined)}</Text>}
      </Section>
      {of.status === 202 && !of.quarantined && of.tables.length === 0 && <div className="card flush"><Empty>No courier of this stream loads it into a table yet.</Empty></div>}
      {of.tables.map((each) => <OneTable key={`${each.courier_id} ${each.feed_id}`} of={each} />)}
    </Stack>
  );
}

const told: Record<Table['state'], { tone: Tone; name: string }> = {
  rows: { tone: 'ok', name: 'Becomes' },
  error: { tone: 'failed', name: 'The feed cannot take it' },
  dropped: { tone: 'warning', name: 'Dropped by the query' },
  failed: { tone: 'failed', name: 'The load would fail' },
};

function OneTable({ of }: { of: Table }) {
  const rows = of.rows?.rows.length ?? 0;
  const { tone, name } = told[of.state];
  return (
    <Section title={of.table} note={<><To to={`/feeds/${of.feed_id}`}>feed</To>{' · '}<To to={`/couriers/${of.courier_id}`}>courier</To>{of.active ? '' : ' · the feed is not activated, and loads nothing yet'}</>}>
      <Stack gap="sm">
        <Group gap="sm"><State tone={tone}>{of.state === 'rows' ? `${name} ${counted(rows, 'row')}` : name}</State>{of.why && <Text size="sm" className="break">{visible(of.why)}</Text>}</Group>
        {of.errors.length > 0 && (
          <table className="list" aria-label={`Errors in ${visible(of.table)}`}>
            <thead><tr><th>Field</th><th>Why</th></tr></thead>
            <tbody>{of.errors.map((each, at) => <tr key={at}><td className="mono">{visible(each.field) || 'the record'}</td><td className="break">{visible(each.reason)}</td></tr>)}</tbody>
          </table>
        )}
        {rows > 0 && of.rows && <Rows label={`Rows of ${of.table}`} columns={of.rows.columns} rows={of.rows.rows} />}
      </Stack>
    </Section>
  );
}
