import { $api, type Schema } from '../../api/client';
import { bytes, count } from '../../parts/amounts';
import { To } from '../../parts/Link';

const shownMax = 8;

/** The first streams with what they hold. */
export function Arriving({ streams }: { streams: Schema['Stream'][] }) {
  return (
    <>
      <table className="list cards">
        <thead>
          <tr><th>Name</th><th className="number">Records in files</th><th className="number">Size</th><th className="number">Quarantined</th></tr>
        </thead>
        <tbody>{streams.slice(0, shownMax).map((each) => <StreamLine key={each.id} stream={each} />)}</tbody>
      </table>
      {streams.length > shownMax && <div style={{ padding: '8px 12px' }}><To to="/sources">All {streams.length} streams</To></div>}
    </>
  );
}

function StreamLine({ stream }: { stream: Schema['Stream'] }) {
  const { data } = $api.useQuery('get', '/api/v0/streams/{id}', { params: { path: { id: stream.id } } }, { refetchInterval: 5_000 });
  return (
    <tr>
      <td><To to={`/streams/${stream.id}`}>{stream.name}</To></td>
      <td className="number">{data ? count(data.counts.in_files) : '…'}</td>
      <td className="number quiet">{data ? bytes(data.counts.bytes) : ''}</td>
      <td className="number">{data && data.counts.quarantined > 0 ? <To to={`/quarantine?stream=${stream.id}`}>{count(data.counts.quarantined)}</To> : '0'}</td>
    </tr>
  );
}
