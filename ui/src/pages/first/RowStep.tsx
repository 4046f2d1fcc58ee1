import { SimpleGrid, Stack } from '@mantine/core';
import { useState } from 'react';

import { $api } from '../../api/client';
import { To } from '../../parts/Link';
import { Empty, Loaded } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { Rows } from '../../parts/Rows';
import { selectAll } from '../../parts/sql';
import { OriginDialog } from '../tables/OriginDialog';

export function RowStep({ feed, stream }: { feed: string; stream: string }) {
  const found = $api.useQuery('get', '/api/v0/feeds/{id}', { params: { path: { id: feed } } });
  const table = found.data?.table ?? '';
  const rows = $api.useQuery('post', '/api/v0/query', { body: { sql: selectAll(table), limit: 20 } }, { enabled: table !== '', refetchInterval: 1_000 });
  const [origin, setOrigin] = useState<string | null>(null);
  return (
    <Stack gap="md">
      <Section title={table || 'The table'} flush>
        <Loaded query={rows} isEmpty={(page) => page.rows.length === 0} empty={<Empty>The run is on its way.</Empty>}>
          {(page) => {
            const key = page.columns.findIndex((each) => each.name === '_pk');
            return <Rows label={`Rows of ${table}`} columns={page.columns} rows={page.rows} onRow={(row) => setOrigin(String(row[key]))} />;
          }}
        </Loaded>
      </Section>
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        <Section title="Send your own data"><To to={`/streams/${stream}`}>The stream, its address and samples</To></Section>
        <Section title="Load every day"><To to="/groups/new">Add a courier group, with a 24-hour offset</To></Section>
        <Section title="XML or nested data"><To to="/queries/new">Write an ingest query with a preview</To></Section>
      </SimpleGrid>
      {origin !== null && <OriginDialog table={table} row={origin} onClose={() => setOrigin(null)} />}
    </Stack>
  );
}
