import { useState } from 'react';

import { $api, type Schema } from '../../api/client';
import { FormDialog } from '../../parts/Dialogs';
import { firstRange, RangeFields, runOf } from '../../parts/RangeFields';
import { router } from '../../router';

export function RunGroupDialog({ group, onClose }: { group: Pick<Schema['CourierGroup'], 'id' | 'name'>; onClose: () => void }) {
  const [asked, setAsked] = useState(() => firstRange('automatic'));
  const run = $api.useMutation('post', '/api/v0/courier-groups/{id}/runs', {
    onSuccess: (started) => {
      onClose();
      void router.navigate({ href: `/ui/workflows/${started.id}` });
    },
  });
  return (
    <FormDialog title={`Run ${group.name}`} submit="Run" busy={run.isPending} error={run.error} onClose={onClose}
      onSubmit={() => run.mutate({ params: { path: { id: group.id } }, body: runOf(asked) })}>
      <RangeFields offered={['automatic', 'day', 'range', 'all']} value={asked} onChange={setAsked} />
    </FormDialog>
  );
}
