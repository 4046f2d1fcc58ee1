import { SimpleGrid, Text, UnstyledButton } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';

import { Icon } from '../../parts/Icon';
import { To } from '../../parts/Link';
import { Page } from '../../parts/Page';
import { CourierForm } from './CourierForm';

/** First the kind of source, then its settings, as the documents have it. */
export function AddCourierPage() {
  const { stream } = useSearch({ from: '/inside/couriers/new' });
  const [chosen, setChosen] = useState<'stream' | 'file' | null>(stream ? 'stream' : null);
  if (chosen === 'file') return <CourierForm saved={{ kind: 'file', name: '', location: 'folder', folder: '', load_operations: {} }} />;
  if (chosen === 'stream') {
    return <CourierForm saved={{ kind: 'stream', name: '', stream_id: stream ?? '', file_format: 'NDJSON', file_tag: 'streaming', load_operations: {}, trigger: 'by_hand' }} />;
  }
  return (
    <Page title="Add Source" above={<To to="/sources">Sources</To>}>
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        <UnstyledButton className="card choice" onClick={() => setChosen('stream')}>
          <Icon name="sources" size={28} />
          <Text fw={650}>Streaming Ingest</Text>
          <Text size="sm" className="quiet">Pulls the batch files of a stream</Text>
        </UnstyledButton>
        <UnstyledButton className="card choice" onClick={() => setChosen('file')}>
          <Icon name="receipt" size={28} />
          <Text fw={650}>Files</Text>
          <Text size="sm" className="quiet">Pulls files and archives from a folder</Text>
        </UnstyledButton>
      </SimpleGrid>
    </Page>
  );
}
