import type { Schema } from '../../api/client';
import { Id } from '../../parts/Copy';
import { To } from '../../parts/Link';
import { Empty } from '../../parts/Loaded';
import { Section } from '../../parts/Page';

export function StreamCouriers({ couriers }: { couriers: Schema['Courier'][] }) {
  return (
    <Section title="Couriers" note="that pull from this stream" flush>
      {couriers.length === 0 ? (
        <Empty action={<To to="/couriers/new">Add Courier</To>}>Nothing loads this stream yet.</Empty>
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
