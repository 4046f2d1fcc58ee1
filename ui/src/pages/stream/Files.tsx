import { $api } from '../../api/client';
import { bytes, count } from '../../parts/amounts';
import { CopyIcon } from '../../parts/Copy';
import { Empty, Loaded } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { Time } from '../../parts/Time';

/** The newest batch files: those that can be samples. */
export function Files({ stream }: { stream: string }) {
  const files = $api.useQuery('get', '/api/v0/feeds/samples', { params: { query: { stream_id: stream, limit: 100 } } }, { refetchInterval: 3_000 });
  return (
    <Section title="Batch files" note="the newest first" flush>
      <Loaded query={files} isEmpty={(page) => page.items.length === 0}
        empty={<Empty>No file yet. Payloads wait in the log until their batch is closed: by age, by size, or by Close batches now.</Empty>}>
        {(page) => (
          <div className="scroll">
            <table className="list cards" aria-label="Batch files">
              <thead><tr><th>Last payload</th><th>Hour (UTC)</th><th className="number">Records</th><th className="number">Quarantined</th><th className="number">Duplicates</th><th className="number">Size</th><th>File</th></tr></thead>
              <tbody>
                {page.items.map((each) => (
                  <tr key={each.path}>
                    <td><Time at={each.last_received_at} /></td>
                    <td>{each.day} {String(each.hour).padStart(2, '0')}</td>
                    <td className="number" data-head="Records">{count(each.records)}</td>
                    <td className="number" data-head="Quarantined">{count(each.quarantined)}</td>
                    <td className="number" data-head="Duplicates">{count(each.duplicates)}</td>
                    <td className="number">{bytes(each.bytes)}</td>
                    <td className="mono break">{each.path.split('/').at(-1)} <CopyIcon text={each.path} what="file path" /></td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Loaded>
    </Section>
  );
}
