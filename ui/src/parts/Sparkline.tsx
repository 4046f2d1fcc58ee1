/** A row's course of the last hour, small: a minute a step, drawn by hand, since a chart of a library costs more than a row. */
import { $api } from '../api/client';
import { count } from './amounts';

const width = 96;
const height = 18;

export function Sparkline({ stream, name }: { stream: string; name: string }) {
  const { data } = $api.useQuery('get', '/api/v0/streams/{id}/volume', { params: { path: { id: stream }, query: { by: 'minute', last: 60 } } }, { refetchInterval: 60_000, staleTime: 30_000 });
  if (!data) return null;
  const most = Math.max(...data.accepted, 1);
  const step = width / data.accepted.length;
  const sum = data.accepted.reduce((all, each) => all + each, 0);
  const label = `${name}: ${count(sum)} in the batches of the last hour`;
  return (
    <svg className="spark" width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <title>{label}</title>
      {data.accepted.map((each, at) => each > 0 && <rect key={at} x={at * step} width={Math.max(step - 0.4, 0.6)} y={height - (each / most) * height} height={Math.max((each / most) * height, 1)} />)}
      <line x1={0} x2={width} y1={height - 0.5} y2={height - 0.5} />
    </svg>
  );
}
