import { Checkbox, Group } from '@mantine/core';
import { useState } from 'react';

import type { Schema } from '../../api/client';
import { counted } from '../../parts/amounts';
import { To } from '../../parts/Link';
import { Section } from '../../parts/Page';
import { NamedState, words } from '../../parts/State';
import { duration } from '../../parts/Time';

const amounts = ['read', 'inserted', 'updated', 'rejected', 'errors'] as const;

export function Tasks({ tasks }: { tasks: Schema['RunTask'][] }) {
  const [hideSkipped, setHideSkipped] = useState(false);
  const [failedOnly, setFailedOnly] = useState(false);
  const shown = tasks.filter((each) => !(hideSkipped && each.state === 'skipped') && !(failedOnly && each.state !== 'failed'));
  return (
    <Section title="Tasks" flush
      actions={<Group><Checkbox size="xs" label="Hide skipped" checked={hideSkipped} onChange={(event) => setHideSkipped(event.currentTarget.checked)} /><Checkbox size="xs" label="Failed only" checked={failedOnly} onChange={(event) => setFailedOnly(event.currentTarget.checked)} /></Group>}>
      <div className="scroll">
        <table className="list cards" aria-label="Tasks">
          <thead>
            <tr><th>Task</th><th>State</th><th>Stage</th><th className="number">Attempt</th><th className="number">Read</th><th className="number">= Inserted</th><th className="number">+ Updated</th><th className="number">+ Rejected</th><th className="number">+ Errors</th><th>Took</th></tr>
          </thead>
          <tbody>{shown.map((each) => <TaskRow key={each.id} task={each} />)}</tbody>
        </table>
      </div>
    </Section>
  );
}

function TaskRow({ task }: { task: Schema['RunTask'] }) {
  const detail = task.detail as Record<string, unknown>;
  const warnings = Array.isArray(detail['warnings']) ? (detail['warnings'] as string[]) : [];
  const found = typeof detail['records'] === 'number' ? counted(detail['records'], 'record') : null;
  return (
    <>
      <tr>
        <td><strong style={{ fontWeight: 600 }}>{words(task.kind.replaceAll('-', ' '))}</strong> {/^(is|df|cr)-/.test(task.name) ? <To to={`/go/${task.name}`}>{task.name}</To> : task.name && task.name}{found && <div className="quiet">{found}</div>}</td>
        <td><NamedState name={task.state} /></td>
        <td>{task.stage}</td>
        <td className="number" data-head="Attempt">{task.attempt}</td>
        {amounts.map((each) => <td key={each} className="number" data-head={words(each)}>{detail[each] === undefined ? '' : String(detail[each])}</td>)}
        <td>{duration(task.started_at, task.ended_at)}</td>
      </tr>
      {(task.error || warnings.length > 0) && (
        <tr>
          <td colSpan={10} className="break">
            {task.error && <div style={{ color: 'var(--weir-failed)', whiteSpace: 'pre-wrap' }}>✕ {task.error}</div>}
            {warnings.map((each) => <div key={each} style={{ color: 'var(--weir-warning)' }}>▲ {each}</div>)}
          </td>
        </tr>
      )}
    </>
  );
}
