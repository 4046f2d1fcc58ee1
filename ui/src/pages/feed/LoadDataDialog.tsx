import { useState } from 'react';

import { $api, type Schema } from '../../api/client';
import { FormDialog } from '../../parts/Dialogs';
import { counted } from '../../parts/amounts';
import { useSay } from '../../parts/Messages';
import { firstRange, RangeFields, runOf } from '../../parts/RangeFields';
import { router } from '../../router';

/** Runs every courier that loads into the feed. */
export function LoadDataDialog({ feed, onClose }: { feed: Schema['Feed']; onClose: () => void }) {
  const [asked, setAsked] = useState(() => firstRange('day'));
  const say = useSay();
  const load = $api.useMutation('post', '/api/v0/feeds/{id}/load', {
    onSuccess: ({ runs }) => {
      onClose();
      if (runs.length === 1) void router.navigate({ href: `/ui/workflows/${runs[0]!.id}` });
      else {
        say(`${counted(runs.length, 'run')} started`);
        void router.navigate({ href: '/ui/workflows' });
      }
    },
  });
  return (
    <FormDialog title={`Load new data into ${feed.table}`} submit="Load" busy={load.isPending} error={load.error} onClose={onClose} onSubmit={() => load.mutate({ params: { path: { id: feed.id } }, body: runOf(asked) })}>
      <RangeFields offered={['day', 'range', 'all']} value={asked} onChange={setAsked} />
    </FormDialog>
  );
}
