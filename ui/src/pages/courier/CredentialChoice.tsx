import { Button, Group, Select, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';

import { $api } from '../../api/client';
import { useMe } from '../../api/session';
import { FormDialog } from '../../parts/Dialogs';
import { optionsOf } from '../../parts/options';

/** Weir needs no credential to read its own streams; the documents' steps ask for one, so it can be made and named here. */
export function CredentialChoice({ value, onChange }: { value: string | null; onChange: (id: string | undefined) => void }) {
  const found = $api.useQuery('get', '/api/v0/credentials', { params: { query: { limit: 1000 } } });
  const [adding, setAdding] = useState(false);
  return (
    <Group align="end" gap="xs" wrap="nowrap">
      <Select label="Credential" placeholder="none is needed" flex={1} clearable allowDeselect searchable data={optionsOf(found.data?.items)} value={value} onChange={(id) => onChange(id ?? undefined)} />
      <Button variant="default" size="sm" onClick={() => setAdding(true)}>Create</Button>
      {adding && <AddCredential onClose={() => setAdding(false)} onMade={onChange} />}
    </Group>
  );
}

function AddCredential({ onClose, onMade }: { onClose: () => void; onMade: (id: string) => void }) {
  const { data: me } = useMe();
  const [name, setName] = useState(`${me?.tenant ?? 'tenant'}-streaming-ingest`);
  const [description, setDescription] = useState('Pull streams for Streaming Ingest API');
  const create = $api.useMutation('post', '/api/v0/credentials', {
    onSuccess: (made) => {
      onMade(made.id);
      onClose();
    },
  });
  return (
    <FormDialog title="Create a new credential" submit="Create" busy={create.isPending} error={create.error} onClose={onClose} onSubmit={() => create.mutate({ body: { name, description } })}>
      <TextInput label="Credential name" value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <Textarea label="Description" value={description} onChange={(event) => setDescription(event.currentTarget.value)} />
    </FormDialog>
  );
}
