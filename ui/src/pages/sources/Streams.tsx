import { useState } from 'react';

import { Button } from '@mantine/core';

import { $api, type Schema } from '../../api/client';
import { useStreams } from '../../api/lists';
import { Actions } from '../../parts/Act';
import { copyText, Id } from '../../parts/Copy';
import { Confirm } from '../../parts/Dialogs';
import { To } from '../../parts/Link';
import { visible } from '../../parts/visible';
import { ListSection } from '../../parts/ListSection';
import { useSay } from '../../parts/Messages';
import { Time } from '../../parts/Time';
import { router } from '../../router';
import { SamplesDialog } from '../stream/SamplesDialog';

export function Streams({ filter, add }: { filter: string; add: () => void }) {
  const streams = useStreams();
  const say = useSay();
  const [samplesOf, setSamplesOf] = useState<Schema['Stream'] | null>(null);
  const [asked, setAsked] = useState<Schema['Stream'] | null>(null);
  const remove = $api.useMutation('delete', '/api/v0/streams/{id}', { onSuccess: () => setAsked(null) });
  const copy = async (text: string, what: string) => say((await copyText(text)) ? `The ${what} was copied` : `The ${what} is ${text}`);
  return (
    <>
      <ListSection
        title="Streaming Ingest"
        what="A stream takes payloads of one schema at an address of its own."
        query={streams}
        filter={filter}
        add={<Button onClick={add}>Add stream</Button>}
        alsoIn={(each) => each.description}
        head={['Name', 'Stream ID', 'Description', 'Payload type', 'Created at']}
        row={(each) => (
          <tr key={each.id}>
            <td><To to={`/streams/${each.id}`}>{each.name}</To></td>
            <td><Id id={each.id} what={`stream ID of ${each.name}`} /></td>
            <td className="break quiet">{visible(each.description)}</td>
            <td>{each.payload_type?.toUpperCase() ?? <span className="quiet">by its first payload</span>}</td>
            <td><Time at={each.created_at} /></td>
            <td className="actions">
              <Actions of={each.name} actions={[
                { label: 'Copy URL', act: () => void copy(each.ingest_url, 'URL') },
                { label: 'Copy ID', act: () => void copy(each.id, 'ID') },
                { label: 'Samples', act: () => setSamplesOf(each) },
                { label: 'Edit', act: () => void router.navigate({ href: `/ui/streams/${each.id}/settings` }) },
                { label: 'Delete', operation: 'deleteStream', danger: true, act: () => setAsked(each) },
              ]} />
            </td>
          </tr>
        )}
      />
      {asked && (
        <Confirm title={`Delete ${asked.name}?`} verb={`Delete ${asked.name}`} busy={remove.isPending} error={remove.error} onClose={() => setAsked(null)}
          onConfirm={() => remove.mutate({ params: { path: { id: asked.id } } })}>
          It takes no payloads from then on: who still sends to it is answered 404. Its files, its quarantine and its receipts stay. A stream that a courier names cannot be deleted.
        </Confirm>
      )}
      {samplesOf && <SamplesDialog stream={samplesOf} onClose={() => setSamplesOf(null)} />}
    </>
  );
}
