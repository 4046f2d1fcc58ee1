import { useParams } from '@tanstack/react-router';

import { $api } from '../../api/client';
import { Loaded } from '../../parts/Loaded';
import { FeedEditor } from './FeedEditor';
import { settingsOf } from './feedDraft';

export function FeedPage() {
  const { id } = useParams({ from: '/inside/feeds/$id' });
  const feed = $api.useQuery('get', '/api/v0/feeds/{id}', { params: { path: { id } } }, { refetchOnWindowFocus: false });
  return <Loaded query={feed}>{(data) => <FeedEditor key={data.id} feed={data} saved={settingsOf(data)} loadSample={false} />}</Loaded>;
}
