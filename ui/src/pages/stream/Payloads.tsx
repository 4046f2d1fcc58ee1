import { $api, type Schema } from '../../api/client';
import { Empty, Loaded } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { Rows } from '../../parts/Rows';

/** The records of the newest files. What waits in the log for its batch is not among them yet. */
export function Payloads({ stream }: { stream: Schema['StreamWithCounts'] }) {
  const isXml = stream.payload_type === 'xml';
  const rows = $api.useQuery('post', '/api/v0/ingest-queries/preview', { body: { sql: 'SELECT * FROM streaming', stream_id: stream.id, limit: 50 } },
    { enabled: !isXml && stream.counts.files > 0, refetchInterval: 5_000, retry: false });
  if (stream.counts.files === 0) {
    return <div className="card flush"><Empty>No file yet. Send a payload; it is in a file once its batch is closed, by age, by size or by Close batches now.</Empty></div>;
  }
  if (isXml) return <div className="card flush"><Empty>XML payloads are trees: an ingest query makes rows of them, and its preview shows them.</Empty></div>;
  return (
    <Section title="Payloads" note="of the newest files, 50 at most" flush>
      <Loaded query={rows}>{(page) => <Rows label="Payloads" columns={page.columns} rows={page.rows} />}</Loaded>
    </Section>
  );
}
