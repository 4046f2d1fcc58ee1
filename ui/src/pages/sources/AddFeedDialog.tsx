import { Checkbox, Radio, Select, Stack, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';

import { $api } from '../../api/client';
import { useFeeds, useOnlyStream } from '../../api/lists';
import { bytes, counted } from '../../parts/amounts';
import { FormDialog } from '../../parts/Dialogs';
import { StreamSelect } from '../../parts/StreamSelect';
import { utc } from '../../parts/Time';

/** Source, name and sample; the feed editor is the next step. */
export function AddFeedDialog({ stream, onClose }: { stream?: string; onClose: () => void }) {
  const feeds = useFeeds();
  const only = useOnlyStream();
  const [chosenStream, setChosenStream] = useState(stream ?? null);
  const from = chosenStream ?? only;
  const files = $api.useQuery('get', '/api/v0/feeds/samples', { params: { query: { limit: 100, stream_id: from } } }, { enabled: from !== '' });
  const navigate = useNavigate();
  const [origin, setOrigin] = useState('new');
  const [source, setSource] = useState('');
  const [name, setName] = useState('');
  const [sampling, setSampling] = useState('existing');
  const [file, setFile] = useState<string | null>(null);
  const [load, setLoad] = useState(true);
  const [tried, setTried] = useState(false);

  const sources = [...new Set((feeds.data?.items ?? []).map((each) => each.source))].sort();
  const options = (files.data?.items ?? []).map((each) => ({
    value: each.path,
    label: `${utc(each.last_received_at)} · ${counted(each.records, 'record')}, ${bytes(each.bytes)} · ${each.path.split('/').at(-1)}`,
  }));
  const chosen = sampling === 'existing' ? (file ?? options[0]?.value) : undefined;
  const go = () => {
    setTried(true);
    if (!source || !name || (sampling === 'existing' && !chosen)) return;
    const search = new URLSearchParams({ source, name, ...(chosen ? { sample: chosen } : {}), load: load && chosen ? '1' : '0' });
    void navigate({ href: `/ui/feeds/new?${search.toString()}` });
  };
  return (
    <FormDialog title="Add feed" submit="Continue" size="lg" busy={false} error={files.error} onClose={onClose} onSubmit={go}>
      <Radio.Group label="Data source" value={origin} onChange={(value) => { setOrigin(value); setSource(''); }}>
        <Stack gap={6} mt={6}>
          <Radio value="new" label="Create new source" />
          <Radio value="existing" label="Select existing source" disabled={sources.length === 0} />
        </Stack>
      </Radio.Group>
      {origin === 'new'
        ? <TextInput label="Source name" placeholder="Streaming Ingest" value={source} onChange={(event) => setSource(event.currentTarget.value)} error={tried && !source ? 'A feed needs a source.' : undefined} />
        : <Select label="Source" data={sources} value={source || null} onChange={(value) => setSource(value ?? '')} error={tried && !source ? 'A feed needs a source.' : undefined} />}
      <TextInput label="Feed Name" value={name} onChange={(event) => setName(event.currentTarget.value)} error={tried && !name ? 'A feed needs a name.' : undefined} />
      <Radio.Group label="Sample file" value={sampling} onChange={setSampling}>
        <Stack gap={6} mt={6}>
          <Radio value="existing" label="Select existing file" />
          <Radio value="none" label="Don't use sample file" />
        </Stack>
      </Radio.Group>
      {sampling === 'existing' && (
        <>
        <StreamSelect label="Stream"
          error={tried && !from ? 'Choose the stream whose payloads the feed takes, or use no sample.' : undefined}
          value={from} onChange={(value) => { setChosenStream(value); setFile(null); }} />
        <Select label="File" searchable data={options} value={chosen ?? null} onChange={setFile} nothingFoundMessage="No file"
          disabled={!from} error={tried && from && !chosen ? 'There is no file yet: send a payload and close its batch, or use no sample.' : undefined} />
        </>
      )}
      <Checkbox label="Load sample file on feed activation" checked={load} disabled={sampling !== 'existing'} onChange={(event) => setLoad(event.currentTarget.checked)} />
    </FormDialog>
  );
}
