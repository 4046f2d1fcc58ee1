import { useParams } from '@tanstack/react-router';

import { $api } from '../../api/client';
import { Loaded } from '../../parts/Loaded';
import { examples } from './examples';
import { QueryEditor } from './QueryEditor';

export function QueryPage() {
  const { id } = useParams({ from: '/inside/queries/$id' });
  const query = $api.useQuery('get', '/api/v0/ingest-queries/{id}', { params: { path: { id } } }, { refetchOnWindowFocus: false });
  return <Loaded query={query}>{(data) => <QueryEditor key={data.id} id={data.id} version={data.version} saved={{ name: data.name, description: data.description, sql: data.sql }} />}</Loaded>;
}

export function AddQueryPage() {
  return <QueryEditor saved={{ name: '', description: '', sql: examples[0]!.sql }} />;
}
