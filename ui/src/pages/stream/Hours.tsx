import { call } from '../../api/call';
import { api, type Schema } from '../../api/client';
import { pageOf, usePaged } from '../../api/lists';
import { bytes, count } from '../../parts/amounts';
import { Days } from '../../parts/Days';
import { Empty, Loaded } from '../../parts/Loaded';
import { More } from '../../parts/More';
import { Section } from '../../parts/Page';
import { State } from '../../parts/State';
import { Volume } from './Volume';

/** Each hour with what was accepted and what became of it; a sealed hour never changes. */
export function Hours({ stream }: { stream: string }) {
  const hours = usePaged<Schema['Hour']>(['hours', stream], (next_token) => call(api.GET('/api/v0/hours', { params: { query: { stream_id: stream, ...pageOf('', next_token) } } })));
  return (
    <>
    <Volume stream={stream} />
    <Days stream={stream} />
    <Section title="Hours" note="UTC, the newest first" flush>
      <Loaded query={hours} isEmpty={(found) => found.length === 0} empty={<Empty>No hour yet: one appears with the first batch of it.</Empty>}>
        {(found) => {
          const most = Math.max(...found.map((each) => each.accepted), 1);
          return (
            <div className="scroll">
              <table className="list cards" aria-label="Hours">
                <thead><tr><th>Hour</th><th className="number">Accepted</th><th aria-hidden /><th className="number">In files</th><th className="number">Duplicates</th><th className="number">Quarantined</th><th className="number">Files</th><th className="number">Size</th><th>State</th></tr></thead>
                <tbody>
                  {found.map((each) => (
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
              <More of={hours} />
            </div>
          );
        }}
      </Loaded>
    </Section>
    </>
  );
}
