import { Text, TextInput } from '@mantine/core';
import { useState } from 'react';

import { $api, type Schema } from '../../api/client';
import { FormDialog } from '../../parts/Dialogs';
import { useSay } from '../../parts/Messages';
import { PolicyChoice } from './PoliciesDialog';

/** A user of another tenant of the server, who is to work in this one too. */
export function AddMemberDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [policies, setPolicies] = useState<string[]>(['datagrid-operator']);
  const say = useSay();
  const add = $api.useMutation('post', '/api/v0/members', {
    onSuccess: (user) => {
      say(`${user.name} belongs to this tenant too`);
      onClose();
    },
  });
  return (
    <FormDialog title="Add member" submit="Add" busy={add.isPending} error={add.error} onClose={onClose}
      onSubmit={() => add.mutate({ body: { name, policies: policies as Schema['UserPolicy'][] } })}>
      <Text size="sm">Somebody who signs in to another tenant of this server, and keeps that password. Whoever administers users there can reset it.</Text>
      <TextInput label="Name" data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <PolicyChoice value={policies} onChange={setPolicies} />
    </FormDialog>
  );
}
