import type { Schema } from '../../api/client';
import { Empty } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { Time } from '../../parts/Time';

export function Notices({ notices }: { notices: Schema['RunNotice'][] }) {
  return (
    <Section title="Notices" flush>
      {notices.length === 0 ? <Empty>None yet.</Empty> : (
        <table className="list cards" aria-label="Notices">
          <tbody>{notices.map((each, at) => <tr key={at}><td style={{ width: 200 }}><Time at={each.at} /></td><td className="break">{each.text || each.kind}</td></tr>)}</tbody>
        </table>
      )}
    </Section>
  );
}
