import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

import { $api, api, type ApiError } from '../../api/client';
import { useMe } from '../../api/session';
import { counted } from '../../parts/amounts';
import { CopyButton } from '../../parts/Copy';
import { To } from '../../parts/Link';
import { Refusal } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { State } from '../../parts/State';

const example = '{"order_id": "A-1009", "email": "kim@example.org", "total": 18.50}';

/** A command with the token in it, this one time; the same request from here; and the wait for a payload, whoever sends it. */
export function SendStep({ stream, token, onReceived }: { stream: string; token: string; onReceived: (file: string) => void }) {
  const [body, setBody] = useState(example);
  const { data: me } = useMe();
  const found = $api.useQuery('get', '/api/v0/streams/{id}', { params: { path: { id: stream } } });
  const url = found.data?.ingest_url ?? `${window.location.origin}/stream/v0/data/${stream}`;
  const [receipt, setReceipt] = useState('');
  // Whoever sends: the accounts count a payload from its 202 on.
  const accounts = $api.useQuery('get', '/api/v0/doctor', {}, { refetchInterval: 1_500 });
  const arrived = accounts.data?.streams.find((each) => each.stream_id === stream)?.accepted ?? 0;
  const send = useMutation({
    mutationFn: async () => {
      const answer = await fetch(`/stream/v0/data/${stream}`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'X-Amperity-Tenant': me?.tenant ?? '', 'Content-Type': 'application/json' },
        body,
        credentials: 'omit',
      });
      const said = (await answer.json()) as ApiError;
      if (!answer.ok) throw said;
      setReceipt(said.request_id);
    },
  });
  const use = useMutation({
    mutationFn: async () => {
      const closed = await api.POST('/api/v0/streams/{id}/flush', { params: { path: { id: stream } }, body: {} });
      if (closed.error) throw closed.error;
      const files = await api.GET('/api/v0/feeds/samples', { params: { query: { stream_id: stream, limit: 1 } } });
      if (files.error) throw files.error;
      const file = files.data.items[0];
      if (!file) throw new Error('No payload has arrived yet: send one, here or with the command.');
      return file.path;
    },
    onSuccess: onReceived,
  });
  const command = `curl -XPOST '${url}' \\\n  -H 'Authorization: Bearer ${token || '<access token>'}' \\\n  -H 'X-Amperity-Tenant: ${me?.tenant ?? ''}' \\\n  -H 'Content-Type: application/json' \\\n  --data-binary '${body.replaceAll("'", "'\\''")}'`;
  return (
    <Stack gap="md">
      <Section title="Send it from here">
        <Stack gap="sm" align="flex-start">
          <Textarea label="Payload" w="100%" autosize minRows={3} spellCheck={false} classNames={{ input: 'mono' }} value={body} onChange={(event) => setBody(event.currentTarget.value)} />
          <Refusal error={send.error} />
          {token
            ? <Button loading={send.isPending} onClick={() => send.mutate()}>Send</Button>
            : <Text size="sm">The token was shown once and is gone with the page. <To to="/users/keys">Generate another</To>, or send with the command below.</Text>}
        </Stack>
      </Section>
      <Section title="Or from your own machine" actions={<CopyButton text={command} />}>
        <pre className="payload" tabIndex={0} aria-label="Command">{command}</pre>
      </Section>
      <Section title="What arrived">
        <Stack gap="sm" align="flex-start">
          {receipt
            ? <Group gap="xs"><State tone="ok">Accepted</State><Text size="sm">Receipt <span className="mono">{receipt}</span>: this is safe on disk.</Text></Group>
            : arrived === 0 && <State tone="running">Listening…</State>}
          {arrived > 0 && !receipt && <Group gap="xs"><State tone="ok">Accepted</State><Text size="sm">{counted(arrived, 'payload')}: safe on disk.</Text></Group>}
          <Refusal error={use.error} />
          <Button variant={receipt || arrived > 0 ? 'filled' : 'default'} loading={use.isPending} onClick={() => use.mutate()}>Use as sample</Button>
        </Stack>
      </Section>
    </Stack>
  );
}
