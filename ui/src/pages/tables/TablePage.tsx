import { useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';

import { $api } from '../../api/client';
import { Act, Actions } from '../../parts/Act';
import { count } from '../../parts/amounts';
import { Confirm } from '../../parts/Dialogs';
import { To } from '../../parts/Link';
import { Loaded } from '../../parts/Loaded';
import { useSay } from '../../parts/Messages';
import { Page } from '../../parts/Page';
import { selectAll } from '../../parts/sql';
import { Tabs } from '../../parts/Tabs';
import { router } from '../../router';
import { Changes } from './Changes';
import { DeleteRecordsDialog } from './DeleteRecordsDialog';
import { ExportDialog } from './ExportDialog';
import { Loads } from './Loads';
import { Shadow } from './Shadow';
import { TableRows } from './TableRows';

export function TablePage() {
  const { name, tab = 'rows' } = useParams({ from: '/inside/tables/$name/{-$tab}' });
  const { as_of, since } = useSearch({ from: '/inside/tables/$name/{-$tab}' });
  const table = $api.useQuery('get', '/api/v0/tables/{name}', { params: { path: { name } } }, { refetchInterval: 5_000 });
  const [asked, setAsked] = useState<'purge' | 'delete' | 'export' | null>(null);
  const say = useSay();
  const purge = $api.useMutation('delete', '/api/v0/tables/{name}', {
    onSuccess: () => {
      say(`${name} was purged`);
      void router.navigate({ to: '/tables' as '/' });
    },
  });
  const at = `/tables/${encodeURIComponent(name)}`;
  const close = () => setAsked(null);
  return (
    <Loaded query={table}>
      {(data) => (
        <Page title={data.name} above={<To to="/tables">Data Explorer</To>} beside={<span className="quiet">{count(data.rows)} rows</span>}
          actions={
            <>
              <Act operation="queryTables" onClick={() => void router.navigate({ href: `/ui/sql?q=${encodeURIComponent(selectAll(name))}` })}>Query this</Act>
              <Act operation="exportTable" variant="default" onClick={() => setAsked('export')}>Export</Act>
              <Actions of={name} actions={[
                { label: 'Delete records', operation: 'deleteRows', danger: true, act: () => setAsked('delete') },
                { label: 'Purge', operation: 'purgeTable', danger: true, act: () => setAsked('purge') },
              ]} />
            </>
          }>
          <Tabs label="Of this table" current={tab} items={[
            { key: 'rows', name: 'Rows', to: `${at}/rows` },
            { key: 'loads', name: 'Loads', to: `${at}/loads` },
            { key: 'shadow', name: 'Shadow', to: `${at}/shadow` },
          ]} />
          {tab === 'rows' && <TableRows key={as_of} table={data} asOf={as_of ? Number(as_of) : undefined} />}
          {tab === 'loads' && !since && <Loads table={name} />}
          {tab === 'loads' && since && <Changes table={name} since={Number(since)} />}
          {tab === 'shadow' && <Shadow table={name} />}
          {asked === 'delete' && <DeleteRecordsDialog table={data} onClose={close} />}
          {asked === 'export' && <ExportDialog table={name} asOf={as_of ? Number(as_of) : undefined} since={since ? Number(since) : undefined} onClose={close} />}
          {asked === 'purge' && (
            <Confirm title={`Purge ${name}?`} verb={`Purge ${name}`} typed={name} busy={purge.isPending} error={purge.error} onClose={close} onConfirm={() => purge.mutate({ params: { path: { name } } })}>
              The table goes with its {count(data.rows)} rows. The files they came from stay, and can be loaded again.
            </Confirm>
          )}
        </Page>
      )}
    </Loaded>
  );
}
