import { $api, type Schema } from '../../api/client';
import { counted } from '../../parts/amounts';
import { To } from '../../parts/Link';
import { Empty, Loaded } from '../../parts/Loaded';
import { NamedState, State } from '../../parts/State';
import { Time } from '../../parts/Time';

/** What goes on by itself is not here; what waits for a person is. */
export function NeedsYou({ checks }: { checks: Schema['Diagnosis']['checks'] }) {
  const failed = $api.useQuery('get', '/api/v0/workflow/runs', { params: { query: { state: 'failed', limit: 5 } } }, { refetchInterval: 5_000 });
  const held = $api.useQuery('get', '/api/v0/quarantine', { params: { query: { state: 'held', limit: 1000 } } }, { refetchInterval: 10_000 });
  const unwell = checks.filter((each) => each.state !== 'ok');
  const heldCount = held.data?.items.length ?? 0;
  const more = held.data?.next_token ? 'or more ' : '';
  return (
    <Loaded query={failed} isEmpty={(page) => page.items.length + unwell.length + heldCount === 0}
      empty={<Empty>Nothing needs you: no failed workflow, nothing in quarantine, all checks well.</Empty>}>
      {(page) => (
        <table className="list cards">
          <tbody>
            {unwell.map((each) => (
              <tr key={each.name}><td><NamedState name={each.state} /></td><td className="break">{each.message}</td></tr>
            ))}
            {heldCount > 0 && (
              <tr>
                <td><State tone="warning">Held</State></td>
                <td><To to="/quarantine">{counted(heldCount, 'payload')} {more}in quarantine</To></td>
              </tr>
            )}
            {page.items.map((each) => (
              <tr key={each.id}>
                <td><State tone="failed">Failed</State></td>
                <td className="break">
                  <To to={`/workflows/${each.id}`}>{each.name}</To> <span className="quiet"><Time at={each.ended_at} /></span>
                  {each.error && <div className="quiet break">{each.error}</div>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Loaded>
  );
}
