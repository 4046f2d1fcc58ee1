import type { Schema } from '../../api/client';
import { Id } from '../../parts/Copy';
import { To } from '../../parts/Link';
import { Empty } from '../../parts/Loaded';
import { Section } from '../../parts/Page';

/** Another one begins with this stream chosen. */
export function StreamCouriers({ stream, couriers }: { stream: string; couriers: Schema['Courier'][] }) {
  const add = <To to={`/couriers/new?stream=${stream}`}>Add Courier</To>;
  return (
    <Section title="Couriers" note="that pull from this stream" flush actions={couriers.length > 0 && add}>
      {couriers.length === 0 ? (
        <Empty action={add}>Nothing loads this stream yet.</Empty>
      ) : (
        <table className="list cards" aria-label="Couriers">
          <thead><tr><th>Name</th><th>Courier ID</th><th>File format</th><th>Loads</th></tr></thead>
          <tbody>
            {couriers.map((each) => (
              <tr key={each.id}>
                <td><To to={`/couriers/${each.id}`}>{each.name}</To></td>
                <td><Id id={each.id} what="courier ID" /></td>
                <td>{each.file_format}</td>
                <td>{each.trigger === 'each_batch' ? 'each batch, as it closes' : 'when it is run'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}
