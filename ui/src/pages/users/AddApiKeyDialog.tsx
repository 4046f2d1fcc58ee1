import { Checkbox, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';

import { $api, type Schema } from '../../api/client';
import { FormDialog } from '../../parts/Dialogs';
import { keyPolicies } from '../../parts/policies';

export function AddApiKeyDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [policies, setPolicies] = useState<string[]>([]);
  const create = $api.useMutation('post', '/api/v0/admin/api-keys', { onSuccess: onClose });
  return (
    <FormDialog title="Add API key" submit="Save" cancel="Close" busy={create.isPending} error={create.error} onClose={onClose}
      onSubmit={() => create.mutate({ body: { name, policies: policies as Schema['Policy'][] } })}>
      <TextInput label="Name" data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <Checkbox.Group label="Policy options" value={policies} onChange={setPolicies}>
        <Stack gap={6} mt={6}>
          {Object.entries(keyPolicies).map(([value, label]) => <Checkbox key={value} value={value} label={label} />)}
        </Stack>
      </Checkbox.Group>
    </FormDialog>
  );
}
