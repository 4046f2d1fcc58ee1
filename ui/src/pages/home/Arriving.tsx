import { $api, type Schema } from '../../api/client';
import { count } from '../../parts/amounts';
import { To } from '../../parts/Link';
import { LastPayload, RateCell } from '../../parts/Receiving';
import { Sparkline } from '../../parts/Sparkline';

const shownMax = 8;

/** The first streams with what comes to them and what was turned away. */
export function Arriving({ streams }: { streams: Schema['Stream'][] }) {
  return (
    <>
      <div className="scroll">
      <table className="list cards" aria-label="Arriving now">
        <thead>
          <tr><th>Name</th><th className="number">Rate</th><th>Last hour</th><th>Last payload</th><th className="number">Quarantined</th></tr>
        </thead>
        <tbody>{streams.slice(0, shownMax).map((each) => <StreamLine key={each.id} stream={each} />)}</tbody>
      </table>
      </div>
      {streams.length > shownMax && <div style={{ padding: '8px 12px' }}><To to="/sources">All {streams.length} streams</To></div>}
    </>
  );
}

function StreamLine({ stream }: { stream: Schema['Stream'] }) {
  const { data } = $api.useQuery('get', '/api/v0/streams/{id}', { params: { path: { id: stream.id } } }, { refetchInterval: 5_000 });
  return (
    <tr>
      <td><To to={`/streams/${stream.id}`}>{stream.name}</To></td>
      <td className="number"><RateCell stream={stream.id} /></td>
      <td><Sparkline stream={stream.id} name={stream.name} /></td>
      <td><LastPayload stream={stream.id} /></td>
      <td className="number" data-head="Quarantined">{data && data.counts.quarantined > 0 ? <To to={`/quarantine?stream=${stream.id}`}>{count(data.counts.quarantined)}</To> : '0'}</td>
    </tr>
  );
}
