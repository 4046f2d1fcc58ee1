import { Button } from '@mantine/core';
import { useState } from 'react';

import { call } from '../../api/call';
import { api, type Schema } from '../../api/client';
import { useBrowsed } from '../../api/lists';
import { Actions } from '../../parts/Act';
import { Id } from '../../parts/Copy';
import { Delete } from '../../parts/Delete';
import { To } from '../../parts/Link';
import { ListSection } from '../../parts/ListSection';
import { Time } from '../../parts/Time';
import { router } from '../../router';

export function IngestQueries({ filter, add }: { filter: string; add: () => void }) {
  const queries = useBrowsed('/api/v0/ingest-queries', filter);
  const [asked, setAsked] = useState<Schema['IngestQuery'] | null>(null);
  return (
    <>
      <ListSection
        title="Ingest queries"
        what="An ingest query is Spark SQL that flattens nested JSON or XML into rows before a feed takes them."
        query={queries}
        filter={filter}
        add={<Button onClick={add}>Add SQL Query</Button>}
        head={['Name', 'Query ID', 'Description', 'Created at']}
        row={(each) => (
          <tr key={each.id}>
            <td><To to={`/queries/${each.id}`}>{each.name}</To></td>
            <td><Id id={each.id} what={`query ID of ${each.name}`} /></td>
            <td className="break quiet">{each.description}</td>
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
        <Delete of={asked.name} by={() => call(api.DELETE('/api/v0/ingest-queries/{id}', { params: { path: { id: asked.id } } }))} onClose={() => setAsked(null)}>
          Couriers whose load operations name it will fail until they name another.
        </Delete>
      )}
    </>
  );
}
