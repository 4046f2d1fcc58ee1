import { ActionIcon, Button, Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { memo } from 'react';

import type { Schema } from '../../api/client';
import { Icon } from '../../parts/Icon';
import { columnOf, type Field, mendedName, nameProblem } from './feedDraft';

const types: Schema['FieldType'][] = ['string', 'integer', 'decimal', 'float', 'boolean', 'date', 'datetime'];

interface Props {
  fields: Field[];
  found?: Schema['FeedDraft'];
  onChange: (fields: Field[], renamed?: [string, string]) => void;
}

export function FieldGrid({ fields, found, onChange }: Props) {
  const replace = (at: number, next: Field) => {
    const before = columnOf(fields[at]!);
    const after = columnOf(next);
    onChange(fields.map((each, index) => (index === at ? next : each)), before === after ? undefined : [before, after]);
  };
  return (
    <div className="scroll">
      <table className="list fields" aria-label="Fields">
        <thead>
          <tr><th>Incoming field</th><th>Type</th><th>Semantic</th><th>Rename to</th><th>Required</th>{found && <th>Seen</th>}{found && <th>First values</th>}<th><span className="unseen">Remove</span></th></tr>
        </thead>
        <tbody>
          {fields.map((each, at) => (
            <FieldRow key={at} field={each} problem={nameProblem(each, fields)} found={found?.found.find((one) => one.name === each.name)} values={valuesOf(found, each)} showsFound={Boolean(found)}
              onChange={(next) => replace(at, next)} onRemove={() => onChange(fields.filter((_, index) => index !== at))} />
          ))}
        </tbody>
      </table>
      <Button variant="subtle" m={6} onClick={() => onChange([...fields, { name: `field${fields.length + 1}`, type: 'string', required: false }])}>Add field</Button>
    </div>
  );
}

interface RowProps {
  field: Field;
  problem: string | null;
  found?: Schema['FoundField'];
  values: string;
  showsFound: boolean;
  onChange: (next: Field) => void;
  onRemove: () => void;
}

const FieldRow = memo(function FieldRow({ field, problem, found, values, showsFound, onChange, onRemove }: RowProps) {
  const of = field.name;
  return (
    <>
      <tr>
        <td>{field.combines?.length ? <span className="mono">{of} = {field.combines.join(' - ')}</span> : <TextInput size="xs" aria-label={`Incoming field ${of}`} classNames={{ input: 'mono' }} value={field.name} onChange={(event) => onChange({ ...field, name: event.currentTarget.value })} />}</td>
        <td style={{ minWidth: 116 }}><NativeSelect size="xs" aria-label={`Type of ${of}`} data={types} value={field.type} onChange={(event) => onChange({ ...field, type: event.currentTarget.value as Schema['FieldType'] })} /></td>
        <td><TextInput size="xs" aria-label={`Semantic of ${of}`} value={field.semantic ?? ''} onChange={(event) => onChange({ ...field, semantic: event.currentTarget.value || undefined })} /></td>
        <td><TextInput size="xs" aria-label={`Rename ${of} to`} value={field.rename_to ?? ''} error={Boolean(problem)} onChange={(event) => onChange({ ...field, rename_to: event.currentTarget.value || undefined })} /></td>
        <td><Checkbox aria-label={`Require ${of}`} checked={field.required ?? false} onChange={(event) => onChange({ ...field, required: event.currentTarget.checked })} /></td>
        {showsFound && <td className="number">{found ? `${Math.round(found.share * 100)} %` : ''}</td>}
        {showsFound && <td className="mono break">{values}</td>}
        <td className="actions"><ActionIcon aria-label={`Remove ${of}`} onClick={onRemove}><Icon name="close" size={14} /></ActionIcon></td>
      </tr>
      {(problem || (found && !found.in_first_record)) && (
        <tr className="note">
          <td colSpan={8}>
            {problem && (
              <span style={{ color: 'var(--weir-failed)' }}>✕ {problem}{' '}
                <Button variant="default" size="compact-xs" onClick={() => onChange({ ...field, rename_to: mendedName(columnOf(field)) })}>Rename to {mendedName(columnOf(field))}</Button>
              </span>
            )}
            {found && !found.in_first_record && <span style={{ color: 'var(--weir-warning)' }}> ▲ Not in the sample's first record.</span>}
          </td>
        </tr>
      )}
    </>
  );
});

function valuesOf(found: Schema['FeedDraft'] | undefined, field: Field): string {
  if (!found) return '';
  const at = found.rows.columns.findIndex((each) => each.name.toLowerCase() === field.name.toLowerCase());
  if (at < 0) return '';
  const values = (found.rows.rows as unknown[][]).map((row) => row[at]).filter((each) => each !== null && each !== undefined).map(String);
  return [...new Set(values)].slice(0, 3).join(', ').slice(0, 80);
}
