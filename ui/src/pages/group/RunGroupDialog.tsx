import { useState } from 'react';

import { $api, type Schema } from '../../api/client';
import { FormDialog } from '../../parts/Dialogs';
import { useSay } from '../../parts/Messages';
import { firstRange, RangeFields, runOf } from '../../parts/RangeFields';

export function RunGroupDialog({ group, onClose }: { group: Pick<Schema['CourierGroup'], 'id' | 'name'>; onClose: () => void }) {
  const [asked, setAsked] = useState(() => firstRange('automatic'));
  const say = useSay();
  const run = $api.useMutation('post', '/api/v0/courier-groups/{id}/runs', {
    onSuccess: (started) => {
      say(`Run ${started.id} started`, `/workflows/${started.id}`);
      onClose();
    },
  });
  return (
    <FormDialog title={`Run ${group.name}`} submit="Run" busy={run.isPending} error={run.error} onClose={onClose}
      onSubmit={() => run.mutate({ params: { path: { id: group.id } }, body: runOf(asked) })}>
      <RangeFields offered={['automatic', 'day', 'range', 'all']} value={asked} onChange={setAsked} />
    </FormDialog>
  );
}
