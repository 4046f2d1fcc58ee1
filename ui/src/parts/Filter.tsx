/** A text that the server looks for in a list, once typing rests. */
import { TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';

export function useFilter(): [string, (text: string) => void] {
  const [typed, setTyped] = useState('');
  const [q] = useDebouncedValue(typed.trim(), 200);
  return [q, setTyped];
}

export function Filter({ of, onChange }: { of: string; onChange: (text: string) => void }) {
  return <TextInput size="xs" aria-label={`Filter the ${of}`} placeholder="Filter" onChange={(event) => onChange(event.currentTarget.value)} />;
}
