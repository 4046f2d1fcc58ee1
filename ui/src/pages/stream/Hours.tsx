import { $api } from '../../api/client';
import { bytes, count } from '../../parts/amounts';
import { Empty, Loaded } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { State } from '../../parts/State';

/** Each hour with what was accepted and what became of it; a sealed hour never changes. */
export function Hours({ stream }: { stream: string }) {
  const hours = $api.useQuery('get', '/api/v0/hours', { params: { query: { stream_id: stream, limit: 1000 } } }, { refetchInterval: 10_000 });
  return (
    <Section title="Hours" note="UTC, the newest first" flush>
      <Loaded query={hours} isEmpty={(page) => page.items.length === 0} empty={<Empty>No hour yet: one appears with the first batch of it.</Empty>}>
        {(page) => {
          const most = Math.max(...page.items.map((each) => each.accepted), 1);
          return (
            <div className="scroll">
              <table className="list cards" aria-label="Hours">
                <thead><tr><th>Hour</th><th className="number">Accepted</th><th aria-hidden /><th className="number">In files</th><th className="number">Duplicates</th><th className="number">Quarantined</th><th className="number">Files</th><th className="number">Size</th><th>State</th></tr></thead>
                <tbody>
                  {[...page.items].reverse().map((each) => (
                    <tr key={`${each.partition} ${each.day} ${each.hour}`}>
                      <td>{each.day} {String(each.hour).padStart(2, '0')}:00</td>
                      <td className="number" data-head="Accepted">{count(each.accepted)}</td>
                      <td aria-hidden style={{ width: 140 }}><span className="bar" style={{ width: `${(100 * each.accepted) / most}%` }} /></td>
                      <td className="number" data-head="In files">{count(each.in_files)}</td>
                      <td className="number" data-head="Duplicates">{count(each.duplicates)}</td>
                      <td className="number" data-head="Quarantined">{count(each.quarantined)}</td>
                      <td className="number" data-head="Files">{count(each.files)}</td>
                      <td className="number">{bytes(each.bytes)}</td>
                      <td>{each.sealed ? <State tone="ok">Sealed</State> : <State tone="running">Open</State>}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          );
        }}
      </Loaded>
    </Section>
  );
}
