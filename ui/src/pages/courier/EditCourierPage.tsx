import { useParams } from '@tanstack/react-router';

import { $api } from '../../api/client';
import { Loaded } from '../../parts/Loaded';
import { CourierForm } from './CourierForm';
import { settingsOf } from './settings';

export function EditCourierPage() {
  const { id } = useParams({ from: '/inside/couriers/$id/edit' });
  const courier = $api.useQuery('get', '/api/v0/couriers/{id}', { params: { path: { id } } }, { refetchOnWindowFocus: false });
  return <Loaded query={courier}>{(data) => <CourierForm key={data.id} id={data.id} saved={settingsOf(data)} />}</Loaded>;
}
