import { useParams } from '@tanstack/react-router';

import { $api } from '../../api/client';
import { Loaded } from '../../parts/Loaded';
import { settingsOf } from './copy';
import { CourierForm } from './CourierForm';

export function EditCourierPage() {
  const { id } = useParams({ from: '/inside/couriers/$id/edit' });
  const courier = $api.useQuery('get', '/api/v0/couriers/{id}', { params: { path: { id } } }, { refetchOnWindowFocus: false });
  return <Loaded query={courier}>{(data) => <CourierForm key={data.id} id={data.id} saved={settingsOf(data)} />}</Loaded>;
}
