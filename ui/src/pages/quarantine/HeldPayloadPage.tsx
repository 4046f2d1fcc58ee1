import { Button, Group, SimpleGrid, Stack, Textarea } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';

import { $api, type Schema } from '../../api/client';
import { Act } from '../../parts/Act';
import { Id } from '../../parts/Copy';
import { Confirm } from '../../parts/Dialogs';
import { Facts } from '../../parts/Facts';
import { To } from '../../parts/Link';
import { Loaded, Refusal } from '../../parts/Loaded';
import { useSay } from '../../parts/Messages';
import { Page, Section } from '../../parts/Page';
import { Payload } from '../../parts/Payload';
import { NamedState } from '../../parts/State';
import { StreamName } from '../../parts/StreamName';
import { Time } from '../../parts/Time';
import { jsonProblem, xmlProblem } from './wellFormed';

export function HeldPayloadPage() {
  const { receipt } = useParams({ from: '/inside/quarantine/$receipt' });
  const found = $api.useQuery('get', '/api/v0/quarantine/{id}', { params: { path: { id: receipt } } });
  return (
    <Loaded query={found} lines={8}>
      {(data) => (
        <Page title="Quarantined payload" above={<To to="/quarantine">Quarantine</To>} beside={<><NamedState name={data.state} /><Id id={data.receipt} what="receipt" /></>}>
          <div className="banner warning break" style={{ whiteSpace: 'pre-wrap' }}>▲ {data.reason}</div>
          <SimpleGrid cols={{ base: 1, md: 2 }}>
            <Section title="As it was sent">
              <Stack gap="sm">
                <Facts of={[
                  ['Stream', <StreamName key="s" id={data.stream_id} />],
                  ['Received', <Time key="r" at={data.received_at} />],
                  ...(data.replayed_as ? [['Replayed as', <To key="a" to={`/receipts/${data.replayed_as}`}>{data.replayed_as}</To>] as [string, React.ReactNode]] : []),
                ]} />
                {data.state === 'held' ? <Payload text={data.body} base64={data.body_base64} /> : <span className="quiet">Its bytes are no longer kept.</span>}
              </Stack>
            </Section>
            {data.state === 'held' && <Mend of={data} />}
          </SimpleGrid>
        </Page>
      )}
    </Loaded>
  );
}

function Mend({ of }: { of: Schema['QuarantinedPayload'] }) {
  const before = of.body ?? '';
  const [text, setText] = useState(before);
  const [dropping, setDropping] = useState(false);
  const say = useSay();
  const path = { path: { id: of.receipt } };
  const replay = $api.useMutation('post', '/api/v0/quarantine/{id}/replay', {
    onSuccess: (done) => say(`Replayed as ${done.replayed_as}`, `/receipts/${done.replayed_as}`),
  });
  const drop = $api.useMutation('post', '/api/v0/quarantine/{id}/drop', { onSuccess: () => setDropping(false) });
  const wrong = (of.payload_type === 'json' ? jsonProblem : xmlProblem)(text);
  return (
    <Section title="Your mended copy">
      <Stack gap="sm">
        <Textarea aria-label="Your mended copy" classNames={{ input: 'mono' }} autosize minRows={8} maxRows={24} spellCheck={false} value={text} onChange={(event) => setText(event.currentTarget.value)} />
        <div role="status">{wrong ? <span className="state failed">✕ {wrong.slice(0, 120)}</span> : <span className="state ok">✓ well-formed</span>}</div>
        <Refusal error={replay.error} />
        <Group gap="xs">
          <Act operation="replayQuarantined" loading={replay.isPending} onClick={() => replay.mutate({ params: path, body: text === before ? {} : { body: text } })}>Replay</Act>
          <Button variant="default" onClick={() => setText(before)} disabled={text === before}>As it was sent</Button>
          <Act operation="dropQuarantined" variant="default" onClick={() => setDropping(true)}>Drop</Act>
        </Group>
      </Stack>
      {dropping && (
        <Confirm title="Drop this payload?" verb="Drop payload" busy={drop.isPending} error={drop.error} onClose={() => setDropping(false)} onConfirm={() => drop.mutate({ params: path, body: {} })}>
          Its {of.body_bytes} bytes go for good. The receipt stays, and says that it was dropped.
        </Confirm>
      )}
    </Section>
  );
}
