import { TextInput } from '@mantine/core';
import { useState } from 'react';

import { $api, type Schema } from '../../api/client';
import { FormDialog } from '../../parts/Dialogs';
import { LinkDialog } from './LinkDialog';
import { PolicyChoice } from './PoliciesDialog';

export function AddUserDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [policies, setPolicies] = useState<string[]>(['datagrid-operator']);
  const create = $api.useMutation('post', '/api/v0/users');
  if (create.data) return <LinkDialog link={create.data} onClose={() => { create.reset(); onClose(); }} />;
  return (
    <FormDialog title="Add user" submit="Invite" busy={create.isPending} error={create.error} onClose={onClose}
      onSubmit={() => create.mutate({ body: { name, policies: policies as Schema['UserPolicy'][], ...(email ? { email } : {}) } })}>
      <TextInput label="Name" data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <TextInput label="Email" type="email" value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
      <PolicyChoice value={policies} onChange={setPolicies} />
    </FormDialog>
  );
}
