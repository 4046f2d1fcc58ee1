import { useState } from 'react';

import { Button } from '@mantine/core';

import { call } from '../../api/call';
import { api, type Schema } from '../../api/client';
import { useBrowsed } from '../../api/lists';
import { Actions } from '../../parts/Act';
import { copyText, Id } from '../../parts/Copy';
import { Delete } from '../../parts/Delete';
import { To } from '../../parts/Link';
import { ListSection } from '../../parts/ListSection';
import { useSay } from '../../parts/Messages';
import { LastPayload, RateCell } from '../../parts/Receiving';
import { Time } from '../../parts/Time';
import { router } from '../../router';
import { SamplesDialog } from '../stream/SamplesDialog';

export function Streams({ filter, add }: { filter: string; add: () => void }) {
  const streams = useBrowsed('/api/v0/streams', filter);
  const say = useSay();
  const [samplesOf, setSamplesOf] = useState<Schema['Stream'] | null>(null);
  const [asked, setAsked] = useState<Schema['Stream'] | null>(null);
  const copy = async (text: string, what: string) => say((await copyText(text)) ? `The ${what} was copied` : `The ${what} is ${text}`);
  return (
    <>
      <ListSection
        title="Streaming Ingest"
        what="A stream takes payloads of one schema at an address of its own."
        query={streams}
        filter={filter}
        add={<Button onClick={add}>Add stream</Button>}
        head={['Name', 'Stream ID', 'Description', 'Payload type', 'Created at', 'Rate', 'Last payload']}
        row={(each) => (
          <tr key={each.id}>
            <td><To to={`/streams/${each.id}`}>{each.name}</To></td>
            <td><Id id={each.id} what={`stream ID of ${each.name}`} /></td>
            <td className="break quiet">{each.description}</td>
            <td>{each.payload_type?.toUpperCase() ?? <span className="quiet">by its first payload</span>}</td>
            <td><Time at={each.created_at} /></td>
            <td className="number"><RateCell stream={each.id} /></td>
            <td><LastPayload stream={each.id} /></td>
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
        <Delete of={asked.name} by={() => call(api.DELETE('/api/v0/streams/{id}', { params: { path: { id: asked.id } } }))} onClose={() => setAsked(null)}>
          It takes no payloads from then on: who still sends to it is answered 404. Its files, its quarantine and its receipts stay. A stream that a courier names cannot be deleted.
        </Delete>
      )}
      {samplesOf && <SamplesDialog stream={samplesOf} onClose={() => setSamplesOf(null)} />}
    </>
  );
}
