import type { Schema } from '../../api/client';
import { To } from '../../parts/Link';
import { NamedState, words } from '../../parts/State';
import { duration, Time } from '../../parts/Time';

export const kinds = { courier: 'Courier', group: 'Courier group', ingest_job: 'Ingest' } as const;

/** Who, as people know them: the schedule, or the name of a user or key; its id where that is gone. */
export function startedBy(run: { started_by: string; started_by_name: string }) {
  return run.started_by === 'schedule' ? 'Schedule' : run.started_by_name || run.started_by;
}

export function RunList({ runs }: { runs: Schema['Run'][] }) {
  return (
    <div className="scroll">
      <table className="list cards">
        <thead>
          <tr><th>Name</th><th>Status</th><th>Type</th><th>Started by</th><th>Started</th><th>Took</th><th>Workflow ID</th></tr>
        </thead>
        <tbody>
          {runs.map((each) => (
            <tr key={each.id}>
              <td><To to={`/workflows/${each.id}`}>{each.name}</To></td>
              <td><NamedState name={each.state} /></td>
              <td>{kinds[each.kind] ?? words(each.kind)}</td>
              <td>{startedBy(each)}</td>
              <td><Time at={each.started_at ?? each.created_at} /></td>
              <td>{duration(each.started_at, each.ended_at)}</td>
              <td className="mono">{each.id}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
