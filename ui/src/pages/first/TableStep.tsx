import { Button, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

import { $api, api } from '../../api/client';
import { Loaded, Refusal } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { Rows } from '../../parts/Rows';
import { today } from '../../parts/Time';

/** The feed from the sample, a courier that loads it, and its first run. */
export function TableStep({ stream, file, onDone }: { stream: string; file: string; onDone: (feed: string) => void }) {
  const draft = $api.useQuery('post', '/api/v0/feeds/draft', { body: { file } }, { staleTime: Infinity });
  const [source, setSource] = useState('Streaming Ingest');
  const [name, setName] = useState('orders');
  const [chosen, setChosen] = useState<string | null>(null);
  const columns = (draft.data?.feed.fields ?? []).map((each) => each.rename_to || each.name);
  const candidates = (draft.data?.primary_key_candidates ?? []).filter((each) => each.length === 1).map((each) => each[0]!);
  const guess = candidates.find((each) => /id$/i.test(each)) ?? candidates[0] ?? columns[0] ?? '';
  const key = chosen ?? guess;
  const make = useMutation({
    mutationFn: async () => {
      const feed = await api.POST('/api/v0/feeds', { body: { source, name, fields: draft.data!.feed.fields, primary_key: [key], sample: file } });
      if (feed.error) throw feed.error;
      const { id } = feed.data;
      const active = await api.POST('/api/v0/feeds/{id}/activate', { params: { path: { id } }, body: {} });
      if (active.error) throw active.error;
      const courier = await api.POST('/api/v0/couriers', {
        body: { name, stream_id: stream, file_format: 'NDJSON', file_tag: 'streaming', load_operations: { [id]: [{ type: 'load', file: 'streaming' }] } as never },
      });
      if (courier.error) throw courier.error;
      const run = await api.POST('/api/v0/couriers/{id}/runs', { params: { path: { id: courier.data.id } }, body: { day: today() } });
      if (run.error) throw run.error;
      return id;
    },
    onSuccess: onDone,
  });
  return (
    <Loaded query={draft}>
      {(found) => (
        <Stack gap="md">
          <Section title="The table">
            <Stack gap="sm" align="flex-start">
              <TextInput label="Source" w={320} maw="100%" value={source} onChange={(event) => setSource(event.currentTarget.value)} />
              <TextInput label="Feed Name" w={320} maw="100%" value={name} onChange={(event) => setName(event.currentTarget.value)} />
              <Select label="Primary key" description={chosen ? undefined : 'A guess: unique in the sample'} w={320} maw="100%" data={columns} value={key} onChange={setChosen} />
              <Text size="sm" className="quiet">Activate makes the table, a courier that loads the stream into it, and runs it for today.</Text>
              <Refusal error={make.error} />
              <Button loading={make.isPending} onClick={() => make.mutate()}>Activate</Button>
            </Stack>
          </Section>
          <Section title="The sample" flush><Rows label="Sample" columns={found.rows.columns} rows={found.rows.rows} /></Section>
        </Stack>
      )}
    </Loaded>
  );
}
