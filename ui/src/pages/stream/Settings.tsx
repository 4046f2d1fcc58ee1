import { Button, Group, NumberInput, Stack, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';

import { $api, type Schema } from '../../api/client';
import { Act } from '../../parts/Act';
import { Facts } from '../../parts/Facts';
import { Refusal } from '../../parts/Loaded';
import { useSay } from '../../parts/Messages';
import { Section } from '../../parts/Page';
import { Time } from '../../parts/Time';

type Amount = number | '';
const given = (value: Amount) => (value === '' ? null : value);

export function Settings({ stream }: { stream: Schema['Stream'] }) {
  return (
    <Stack>
      <Section title="About">
        <Facts of={[
          ['Stream ID', <span className="mono" key="id">{stream.id}</span>],
          ['Payload type', stream.payload_type?.toUpperCase() ?? 'what its first payload is'],
          ['XML is checked', stream.xml_check === 'sync' ? 'before the 202' : 'after the 202'],
          ['Created at', <Time key="at" at={stream.created_at} />],
        ]} />
      </Section>
      <Names stream={stream} />
      <BatchAge stream={stream} />
      <RateLimit stream={stream} />
    </Stack>
  );
}

function Names({ stream }: { stream: Schema['Stream'] }) {
  const [name, setName] = useState(stream.name);
  const [description, setDescription] = useState(stream.description);
  const say = useSay();
  const save = $api.useMutation('put', '/api/v0/streams/{id}', { onSuccess: () => say('Name and description were saved') });
  return (
    <Section title="Name and description">
      <Stack gap="sm" align="flex-start">
        <TextInput label="Name" w={320} maw="100%" value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <Textarea label="Description" w={480} maw="100%" autosize minRows={2} value={description} onChange={(event) => setDescription(event.currentTarget.value)} />
        <Refusal error={save.error} />
        <Act operation="updateStream" loading={save.isPending} onClick={() => save.mutate({ params: { path: { id: stream.id } }, body: { name, description } })}>Save</Act>
      </Stack>
    </Section>
  );
}

function BatchAge({ stream }: { stream: Schema['Stream'] }) {
  const [age, setAge] = useState<Amount>(stream.batch_age_s ?? '');
  const say = useSay();
  const save = $api.useMutation('put', '/api/v0/streams/{id}/batch-age', { onSuccess: () => say('The age of batches was saved') });
  return (
    <Section title="Batches">
      <Stack gap="sm" align="flex-start">
        <NumberInput label="Close a batch after" suffix=" s" placeholder="as the server is set" w={240} min={1} value={age} onChange={(value) => setAge(value === '' ? '' : Number(value))} />
        <Refusal error={save.error} />
        <Act operation="limitBatchAge" loading={save.isPending} onClick={() => save.mutate({ params: { path: { id: stream.id } }, body: { batch_age_s: given(age) } as Schema['StreamBatchAge'] })}>Save</Act>
      </Stack>
    </Section>
  );
}

function RateLimit({ stream }: { stream: Schema['Stream'] }) {
  const [limit, setLimit] = useState<Amount>(stream.rate_limit ?? '');
  const [burst, setBurst] = useState<Amount>(stream.rate_burst ?? '');
  const say = useSay();
  const save = $api.useMutation('put', '/api/v0/streams/{id}/rate-limit', { onSuccess: () => say('The rate limit was saved') });
  const body = { rate_limit: given(limit), rate_burst: given(burst) } as Schema['StreamRateLimit'];
  return (
    <Section title="Rate limit">
      <Stack gap="sm" align="flex-start">
        <Group>
          <NumberInput label="Requests a second" placeholder="none" w={200} min={1} value={limit} onChange={(value) => setLimit(value === '' ? '' : Number(value))} />
          <NumberInput label="At once" description={undefined} placeholder="as many" w={200} min={1} value={burst} onChange={(value) => setBurst(value === '' ? '' : Number(value))} />
        </Group>
        <Refusal error={save.error} />
        <Group gap="xs">
          <Act operation="limitStream" loading={save.isPending} onClick={() => save.mutate({ params: { path: { id: stream.id } }, body })}>Save</Act>
          <Button variant="subtle" color="gray" onClick={() => { setLimit(''); setBurst(''); }}>No limit</Button>
        </Group>
      </Stack>
    </Section>
  );
}
