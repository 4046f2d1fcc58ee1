import { Checkbox, Select } from '@mantine/core';
import { useState } from 'react';

import { $api, type Schema } from '../../api/client';
import { FormDialog } from '../../parts/Dialogs';
import { ShownOnce } from '../../parts/ShownOnce';
import { utc } from '../../parts/Time';

const days = ['1', '3', '7', '14', '30', '60', '90', '180', '365'];

/** The token is in this component's state alone, and gone with it. */
export function TokenDialog({ apiKey, onClose }: { apiKey: Schema['ApiKey']; onClose: () => void }) {
  const [expiry, setExpiry] = useState('3');
  const [rotate, setRotate] = useState(false);
  const create = $api.useMutation('post', '/api/v0/admin/api-keys/{id}/tokens');
  if (create.data) {
    const until = create.data['expires-at'];
    return (
      <ShownOnce title={`Access token of ${apiKey.name}`} label="Token" secret={create.data.token} onClose={() => { create.reset(); onClose(); }}>
        You are the only person who will have access to it. Weir keeps no copy, and it will disappear when you close this dialog. Store it in a safe place.
        {until && <div className="quiet">Expires {utc(until)}</div>}
      </ShownOnce>
    );
  }
  return (
    <FormDialog title={`Generate access token: ${apiKey.name}`} submit="Generate" busy={create.isPending} error={create.error} onClose={onClose}
      onSubmit={() => create.mutate({ params: { path: { id: apiKey.id } }, body: { 'expires-in-days': Number(expiry), rotate } })}>
      <Select label="Token expiry" w={200} value={expiry} onChange={(value) => setExpiry(value ?? '3')}
        data={days.map((each) => ({ value: each, label: each === '1' ? '1 day' : `${each} days` }))} />
      <Checkbox label="Rotate key secret" description="Tokens of the secret before end in 30 days" checked={rotate} onChange={(event) => setRotate(event.currentTarget.checked)} />
    </FormDialog>
  );
}
