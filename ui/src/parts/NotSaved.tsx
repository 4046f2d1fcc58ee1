import { Button, Group } from '@mantine/core';

import { isMismatch } from '../api/client';
import { Refusal } from './Loaded';

interface Props {
  error: unknown;
  discard: () => void; // of the draft
  save: (version: string) => void;
}

/** Why an edit was not saved. Where somebody else saved meanwhile, both sides of what differs and both ways out. */
export function NotSaved({ error, discard, save }: Props) {
  if (!isMismatch(error)) return <Refusal error={error} />;
  const takeTheirs = () => {
    discard();
    window.location.reload();
  };
  return (
    <div className="banner warning" role="alert">
      <div>▲ Somebody else has saved this since you began. Nothing of yours is lost, and nothing was saved.</div>
      <table className="list" aria-label="What differs">
        <thead><tr><th>Field</th><th>Theirs</th><th>Mine</th></tr></thead>
        <tbody>
          {error.fields.map((each) => (
            <tr key={each.pointer}>
              <td className="mono">{each.pointer.slice(1)}</td>
              <td className="mono break">{shown(each.theirs)}</td>
              <td className="mono break">{shown(each.yours)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Group gap="xs" mt={8}>
        <Button variant="default" onClick={takeTheirs}>Take theirs</Button>
        <Button onClick={() => save(error.etag)}>Keep mine</Button>
      </Group>
    </div>
  );
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
