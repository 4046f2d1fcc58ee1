import { PasswordInput, Text, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

import type { ApiError, Schema } from '../../api/client';
import { useMe } from '../../api/session';
import { FormDialog } from '../../parts/Dialogs';
import { useSay } from '../../parts/Messages';

/** One payload through the same door as everybody's, with a token that is kept nowhere. */
export function SendDialog({ stream, onClose }: { stream: Schema['Stream']; onClose: () => void }) {
  const isXml = stream.payload_type === 'xml';
  const [token, setToken] = useState('');
  const [body, setBody] = useState(isXml ? '<records>\n  <record><field1>value1</field1></record>\n</records>' : '{"field1": "value1",\n "field2": "value2"}');
  const say = useSay();
  const { data: me } = useMe();
  const send = useMutation({
    mutationFn: async () => {
      const answer = await fetch(stream.ingest_path, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token.trim()}`, 'X-Amperity-Tenant': me?.tenant ?? '', 'Content-Type': body.trimStart().startsWith('<') ? 'application/xml' : 'application/json' },
        body,
        credentials: 'omit',
      });
      const said = (await answer.json()) as ApiError;
      if (!answer.ok) throw said;
      return said.request_id;
    },
    onSuccess: (receipt) => {
      say(`Receipt ${receipt}: this is safe on disk.`, `/receipts/${receipt}`);
      onClose();
    },
  });
  return (
    <FormDialog title={`Send to ${stream.name}`} submit="Send" size="lg" busy={send.isPending} error={send.error} onClose={onClose} onSubmit={() => send.mutate()}>
      <PasswordInput label="Access token" description="Of an API key with Streaming Ingest Write Access. It is used once and kept nowhere." autoComplete="off"
        value={token} onChange={(event) => setToken(event.currentTarget.value)} />
      <Textarea label="Payload" autosize minRows={5} maxRows={16} classNames={{ input: 'mono' }} spellCheck={false} value={body} onChange={(event) => setBody(event.currentTarget.value)} />
      <Text size="xs" className="quiet mono break">POST {stream.ingest_path}</Text>
    </FormDialog>
  );
}
