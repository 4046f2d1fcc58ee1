import { useState } from 'react';

import { $api, type Schema } from '../../api/client';
import { FormDialog } from '../../parts/Dialogs';
import { firstRange, RangeFields, runOf } from '../../parts/RangeFields';
import { router } from '../../router';

export function RunDialog({ of, onClose }: { of: Pick<Schema['Courier'], 'id' | 'name'>; onClose: () => void }) {
  const [asked, setAsked] = useState(() => firstRange('day'));
  const run = $api.useMutation('post', '/api/v0/couriers/{id}/runs', {
    onSuccess: (started) => {
      onClose();
      void router.navigate({ href: `/ui/workflows/${started.id}` });
    },
  });
  return (
    <FormDialog title={`Run ${of.name}`} submit="Run" busy={run.isPending} error={run.error} onClose={onClose}
      onSubmit={() => run.mutate({ params: { path: { id: of.id } }, body: runOf(asked) })}>
      <RangeFields offered={['day', 'range', 'all']} value={asked} onChange={setAsked} />
    </FormDialog>
  );
}
