import { Radio, Stack } from '@mantine/core';
import { useState } from 'react';

import { $api, type Schema } from '../../api/client';
import { FormDialog } from '../../parts/Dialogs';
import { useSay } from '../../parts/Messages';

export function RevokeDialog({ apiKey, onClose }: { apiKey: Schema['ApiKey']; onClose: () => void }) {
  const [which, setWhich] = useState('old');
  const say = useSay();
  const revoke = $api.useMutation('post', '/api/v0/admin/api-keys/{id}/revoke', {
    onSuccess: () => {
      say(which === 'all' ? `All tokens of ${apiKey.name} are revoked` : `The old tokens of ${apiKey.name} are revoked`);
      onClose();
    },
  });
  return (
    <FormDialog title={`Revoke tokens of ${apiKey.name}`} submit="Revoke" busy={revoke.isPending} error={revoke.error} onClose={onClose}
      onSubmit={() => revoke.mutate({ params: { path: { id: apiKey.id } }, body: { all: which === 'all' } })}>
      <Radio.Group value={which} onChange={setWhich} label="Which tokens" description="This cannot be undone.">
        <Stack gap={8} mt={8}>
          <Radio value="old" label="Revoke old tokens" description="Those issued before the last rotation" />
          <Radio value="all" label="Revoke all tokens" description="At once: every sender with a token of this key is answered 401, and its OAuth credentials end" />
        </Stack>
      </Radio.Group>
    </FormDialog>
  );
}
