import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

import { api } from '../../api/client';
import { Refusal } from '../../parts/Loaded';
import { Section } from '../../parts/Page';

/** The stream, and with it a key and a token for three days. */
export function StreamStep({ onDone }: { onDone: (stream: string, token: string) => void }) {
  const [name, setName] = useState('orders');
  const make = useMutation({
    mutationFn: async () => {
      const stream = await api.POST('/api/v0/streams', { body: { name } });
      if (stream.error) throw stream.error;
      const key = await api.POST('/api/v0/admin/api-keys', { body: { name: 'first-sender', policies: ['streaming-ingest-api:write'] } });
      if (key.error) throw key.error;
      const token = await api.POST('/api/v0/admin/api-keys/{id}/tokens', { params: { path: { id: key.data.id } }, body: { 'expires-in-days': 3 } });
      if (token.error) throw token.error;
      return { stream: stream.data.id, token: token.data.token };
    },
    onSuccess: ({ stream, token }) => onDone(stream, token),
  });
  return (
    <Section title="A stream takes payloads of one schema at an address of its own">
      <form onSubmit={(event) => { event.preventDefault(); make.mutate(); }}>
        <Stack gap="sm" align="flex-start">
          <TextInput label="Name" w={320} maw="100%" value={name} onChange={(event) => setName(event.currentTarget.value)} />
          <Text size="sm" className="quiet">With it come the API key first-sender with Streaming Ingest Write Access, and a token for 3 days, shown once in the next step.</Text>
          <Refusal error={make.error} />
          <Button type="submit" loading={make.isPending}>Add stream</Button>
        </Stack>
      </form>
    </Section>
  );
}
