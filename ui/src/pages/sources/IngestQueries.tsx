import { Button } from '@mantine/core';
import { useState } from 'react';

import { $api, type Schema } from '../../api/client';
import { useIngestQueries } from '../../api/lists';
import { Actions } from '../../parts/Act';
import { Id } from '../../parts/Copy';
import { Confirm } from '../../parts/Dialogs';
import { To } from '../../parts/Link';
import { visible } from '../../parts/visible';
import { ListSection } from '../../parts/ListSection';
import { Time } from '../../parts/Time';
import { router } from '../../router';

export function IngestQueries({ filter, add }: { filter: string; add: () => void }) {
  const queries = useIngestQueries();
  const [asked, setAsked] = useState<Schema['IngestQuery'] | null>(null);
  const remove = $api.useMutation('delete', '/api/v0/ingest-queries/{id}', { onSuccess: () => setAsked(null) });
  return (
    <>
      <ListSection
        title="Ingest queries"
        what="An ingest query is Spark SQL that flattens nested JSON or XML into rows before a feed takes them."
        query={queries}
        filter={filter}
        add={<Button onClick={add}>Add SQL Query</Button>}
        alsoIn={(each) => each.description}
        head={['Name', 'Query ID', 'Description', 'Created at']}
        row={(each) => (
          <tr key={each.id}>
            <td><To to={`/queries/${each.id}`}>{each.name}</To></td>
            <td><Id id={each.id} what={`query ID of ${each.name}`} /></td>
            <td className="break quiet">{visible(each.description)}</td>
            <td><Time at={each.created_at} /></td>
            <td className="actions">
              <Actions of={each.name} actions={[
                { label: 'Edit', act: () => void router.navigate({ href: `/ui/queries/${each.id}` }) },
                { label: 'Delete', operation: 'deleteIngestQuery', danger: true, act: () => setAsked(each) },
              ]} />
            </td>
          </tr>
        )}
      />
      {asked && (
        <Confirm title={`Delete ${asked.name}?`} verb={`Delete ${asked.name}`} busy={remove.isPending} error={remove.error} onClose={() => setAsked(null)}
          onConfirm={() => remove.mutate({ params: { path: { id: asked.id } } })}>
          Couriers whose load operations name it will fail until they name another.
        </Confirm>
      )}
    </>
  );
}
