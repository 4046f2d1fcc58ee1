import { Select, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';

import { $api } from '../../api/client';
import { FormDialog } from '../../parts/Dialogs';
import { useSay } from '../../parts/Messages';

export function StreamDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [type, setType] = useState('first');
  const say = useSay();
  const create = $api.useMutation('post', '/api/v0/streams', {
    onSuccess: (stream) => {
      say(`Stream ${stream.name} was created: ${stream.id}`, `/streams/${stream.id}`);
      onClose();
    },
  });
  return (
    <FormDialog title="Create stream" submit="Create" busy={create.isPending} error={create.error} onClose={onClose}
      onSubmit={() => create.mutate({ body: { name, description, ...(type === 'first' ? {} : { payload_type: type as 'json' | 'xml' }) } })}>
      <TextInput label="Name" data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <Textarea label="Description" autosize minRows={2} value={description} onChange={(event) => setDescription(event.currentTarget.value)} />
      <Select label="Payload type" description="A stream has one payload type, for good" value={type} onChange={(value) => setType(value ?? 'first')}
        data={[{ value: 'first', label: 'What its first payload is' }, { value: 'json', label: 'JSON' }, { value: 'xml', label: 'XML' }]} />
    </FormDialog>
  );
}
