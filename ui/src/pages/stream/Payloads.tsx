import { useState } from 'react';

import { $api, type Schema } from '../../api/client';
import { count } from '../../parts/amounts';
import { Empty, Loaded } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { Rows } from '../../parts/Rows';
import { PayloadLine } from './PayloadLine';

/** What waits in the log for its batch to close, and the records of the newest files. */
export function Payloads({ stream }: { stream: Schema['StreamWithCounts'] }) {
  return <><Waiting stream={stream.id} /><InFiles stream={stream} /></>;
}

function Waiting({ stream }: { stream: string }) {
  const waiting = $api.useQuery('get', '/api/v0/streams/{id}/waiting', { params: { path: { id: stream } } }, { refetchInterval: 3_000 });
  const [opened, setOpened] = useState<string | null>(null);
  return (
    <Section title="Waiting for their batch" note={waiting.data && waiting.data.waiting > 0 && `${count(waiting.data.waiting)} in the log, the newest ${count(waiting.data.items.length)} here`} flush>
      <Loaded query={waiting} isEmpty={(found) => found.waiting === 0} empty={<Empty>Every accepted payload is in a file. A payload is here from its 202 until its batch closes: by age, by size or by Close batches now.</Empty>}>
        {({ items }) => (
          <div className="tail short" role="list" aria-label="Payloads that wait" tabIndex={0}>
            {items.map((each) => <PayloadLine key={each.receipt} payload={each} isOpen={opened === each.receipt} onOpen={setOpened} />)}
          </div>
        )}
      </Loaded>
    </Section>
  );
}

function InFiles({ stream }: { stream: Schema['StreamWithCounts'] }) {
  const isXml = stream.payload_type === 'xml';
  const rows = $api.useQuery('post', '/api/v0/ingest-queries/preview', { body: { sql: 'SELECT _request_id AS receipt, * FROM streaming', stream_id: stream.id, limit: 50 } },
    { enabled: !isXml && stream.counts.files > 0, refetchInterval: 5_000, retry: false });
  return (
    <Section title="In files" note="of the newest files, 50 at most" flush>
      {stream.counts.files === 0
        ? <Empty>No file yet.</Empty>
        : isXml
          ? <Empty>XML payloads are trees: an ingest query makes rows of them, and its preview shows them.</Empty>
          : <Loaded query={rows}>{(page) => <Rows label="Payloads" columns={page.columns} rows={page.rows} links={{ 0: '/receipts/' }} />}</Loaded>}
    </Section>
  );
}
