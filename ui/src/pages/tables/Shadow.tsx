import { Text } from '@mantine/core';
import { useState } from 'react';

import { $api, isApiError } from '../../api/client';
import { Act } from '../../parts/Act';
import { Confirm } from '../../parts/Dialogs';
import { Empty, Loaded, Refusal } from '../../parts/Loaded';
import { useSay } from '../../parts/Messages';
import { Section } from '../../parts/Page';
import { Differences } from './Changes';

/** A second table beside the table: loads are tried in it, compared, and swapped in. */
export function Shadow({ table }: { table: string }) {
  const path = { params: { path: { name: table } } };
  const differs = $api.useQuery('get', '/api/v0/tables/{name}/shadow', { params: { path: { name: table }, query: { limit: 200 } } }, { refetchInterval: 10_000 });
  const [asked, setAsked] = useState<'swap' | 'drop' | null>(null);
  const say = useSay();
  const close = () => setAsked(null);
  const copy = $api.useMutation('post', '/api/v0/tables/{name}/shadow', { onSuccess: () => say(`${table} has a shadow, equal to it`) });
  const swap = $api.useMutation('post', '/api/v0/tables/{name}/swap', { onSuccess: () => { say(`${table} and its shadow are swapped`); close(); } });
  const drop = $api.useMutation('delete', '/api/v0/tables/{name}/shadow', { onSuccess: () => { say(`The shadow of ${table} is gone`); close(); } });
  if (isApiError(differs.error) && Number(differs.error.status) === 404) {
    return (
      <>
        <Refusal error={copy.error} />
        <div className="card flush">
          <Empty action={<Act operation="copyTableToShadow" loading={copy.isPending} onClick={() => copy.mutate(path)}>Make a shadow</Act>}>
            It has no shadow. A shadow is a copy that runs can load into instead of the table: what they would do is seen here before the two are swapped.
          </Empty>
        </div>
      </>
    );
  }
  return (
    <Section title="The shadow against the table" flush
      actions={<><Act operation="dropShadow" variant="default" onClick={() => setAsked('drop')}>Drop the shadow</Act><Act operation="swapWithShadow" onClick={() => setAsked('swap')}>Swap</Act></>}>
      <Loaded query={differs}>{(found) => <Differences of={found} none="The shadow has the very rows of the table." />}</Loaded>
      <Text size="sm" className="quiet" p="sm">In SQL it is "shadow:{table}". Added rows are only in the shadow, removed ones only in the table.</Text>
      {asked === 'swap' && (
        <Confirm title={`Swap ${table} with its shadow?`} verb="Swap" busy={swap.isPending} error={swap.error} onClose={close} onConfirm={() => swap.mutate(path)}>
          The shadow becomes the table, and the table the shadow, at once: a query reads the one or the other, whole. Swapping again is the way back.
        </Confirm>
      )}
      {asked === 'drop' && (
        <Confirm title={`Drop the shadow of ${table}?`} verb="Drop the shadow" busy={drop.isPending} error={drop.error} onClose={close} onConfirm={() => drop.mutate(path)}>
          The shadow goes with its rows. The table stays as it is.
        </Confirm>
      )}
    </Section>
  );
}
