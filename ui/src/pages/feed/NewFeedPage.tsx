import { useSearch } from '@tanstack/react-router';

import { $api } from '../../api/client';
import { Loaded } from '../../parts/Loaded';
import { FeedEditor } from './FeedEditor';

/** A feed that is not saved yet: its fields are those that the sample has. */
export function NewFeedPage() {
  const { source = '', name = '', sample, load } = useSearch({ from: '/inside/feeds/new' });
  const draft = $api.useQuery('post', '/api/v0/feeds/draft', { body: { file: sample ?? '' } }, { enabled: Boolean(sample), refetchOnWindowFocus: false, staleTime: Infinity });
  if (!sample) return <FeedEditor saved={{ source, name, fields: [], primary_key: [], error_threshold: 1 }} loadSample={false} />;
  return (
    <Loaded query={draft} lines={10}>
      {(found) => (
        <FeedEditor found={found} loadSample={load === '1'}
          saved={{ source, name, fields: found.feed.fields, primary_key: found.feed.primary_key, error_threshold: 1, sample }} />
      )}
    </Loaded>
  );
}
