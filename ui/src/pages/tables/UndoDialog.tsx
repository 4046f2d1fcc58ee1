import { useMutation, useQuery } from '@tanstack/react-query';

import { call } from '../../api/call';
import { api, type Schema } from '../../api/client';
import { counted } from '../../parts/amounts';
import { Confirm } from '../../parts/Dialogs';
import { Loaded } from '../../parts/Loaded';
import { useSay } from '../../parts/Messages';

/** What an undo would do, before it is done. */
export function UndoDialog({ load, onClose }: { load: Schema['Load']; onClose: () => void }) {
  const say = useSay();
  const undo = (dry_run: boolean) => call(api.POST('/api/v0/loads/{number}/undo', { params: { path: { number: load.number } }, body: { dry_run } }));
  const would = useQuery({ queryKey: ['undo', load.number], queryFn: () => undo(true), staleTime: Infinity, gcTime: 0 });
  const done = useMutation({
    mutationFn: () => undo(false),
    onSuccess: () => {
      say(`Load ${load.number} of ${load.table} is undone`);
      onClose();
    },
  });
  return (
    <Confirm title={`Undo load ${load.number}?`} verb={`Undo load ${load.number}`} busy={done.isPending || !would.data} error={done.error} onClose={onClose} onConfirm={() => done.mutate()}>
      <Loaded query={would}>
        {(seen) => (
          <>
            {load.table} becomes what it would be without it: {counted(seen.deleted, 'row')} would go, {counted(seen.changed, 'row')} would be as before, {counted(seen.back, 'row')} would be back. Rows of later loads stay, and so do the files: running the courier again brings the rows again.
            {seen.rejecting.length > 0 && <div className="banner warning" style={{ marginTop: 12 }}>▲ {counted(seen.rejecting.length, 'later load')} rejected rows because of this one ({seen.rejecting.join(', ')}): run them again afterwards.</div>}
          </>
        )}
      </Loaded>
    </Confirm>
  );
}
