/** The choice of a stream, however many there are: what is typed is looked for by the server. */
import { Select, type SelectProps } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';

import { $api } from '../api/client';
import { optionsOf } from './options';

interface Props extends Omit<SelectProps, 'data' | 'searchable' | 'value' | 'onChange'> {
  value: string; // an id, or empty
  onChange: (id: string) => void;
  none?: string; // the choice of no stream in particular, where there is one
}

export function StreamSelect({ value, onChange, none, ...rest }: Props) {
  const [typed, setTyped] = useState('');
  const [q] = useDebouncedValue(typed, 200);
  // What is chosen stands in the field, and is not looked for.
  const chosen = $api.useQuery('get', '/api/v0/streams/{id}', { params: { path: { id: value } } }, { enabled: value !== '', staleTime: 60_000 });
  const own = optionsOf(chosen.data && [chosen.data]);
  const wanted = own.some((each) => each.label === q) || q === none ? '' : q;
  const found = $api.useQuery('get', '/api/v0/streams', { params: { query: { limit: 50, order: 'newest', ...(wanted ? { q: wanted } : {}) } } }, { placeholderData: (before) => before });
  const others = optionsOf(found.data?.items).filter((each) => each.value !== value);
  const more = found.data?.next_token ? [{ value: 'more', label: 'More: type a part of the name', disabled: true }] : [];
  return (
    <Select {...rest} searchable placeholder="Choose a stream" nothingFoundMessage="No stream" filter={({ options }) => options}
      data={[...(none ? [{ value: '', label: none }] : []), ...own, ...others, ...more]}
      value={value || (none ? '' : null)} onChange={(id) => onChange(id ?? '')} onSearchChange={setTyped} />
  );
}
