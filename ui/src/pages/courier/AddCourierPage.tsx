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
  const [chosen, setChosen] = useState(Boolean(stream));
  if (chosen) {
    return <CourierForm saved={{ name: '', stream_id: stream ?? '', file_format: 'NDJSON', file_tag: 'streaming', load_operations: {}, trigger: 'by_hand' }} />;
  }
  return (
    <Page title="Add Source" above={<To to="/sources">Sources</To>}>
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        <UnstyledButton className="card choice" onClick={() => setChosen(true)}>
          <Icon name="sources" size={28} />
          <Text fw={650}>Streaming Ingest</Text>
          <Text size="sm" className="quiet">Pulls the batch files of a stream</Text>
        </UnstyledButton>
      </SimpleGrid>
    </Page>
  );
}
