import { Radio, Group, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core';

import type { Schema } from '../../api/client';
import { Section } from '../../parts/Page';

export const firstSettings = [
  {
    'object/type': 'file',
    'object/file-pattern': "'orders_'yyyy-MM-dd'.csv'",
    'object/optional': false,
    'object/land-as': { 'file/tag': 'orders', 'file/content-type': 'text/csv', 'file/header-rows': 1 },
  },
];

/** The array that the text is, or what is wrong with it. */
export function settingsIn(text: string): unknown[] | string {
  try {
    const read: unknown = JSON.parse(text);
    return Array.isArray(read) ? read : 'Load settings are a JSON array of files and archives.';
  } catch (error) {
    return `This is not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}

interface Props {
  value: Schema['NewCourier'];
  text: string;
  wrong: string | null;
  onChange: (part: Partial<Schema['NewCourier']> & { settings?: string }) => void;
}

/** Where a file courier's files are and what each of them is. */
export function FileSettings({ value, text, wrong, onChange }: Props) {
  return (
    <Section title="File settings">
      <Stack gap="md">
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <Radio.Group label="Location" value={value.location ?? 'folder'} onChange={(location) => onChange({ location: location as 'folder' | 'store' })}>
            <Group mt={6}><Radio value="folder" label="The server's folder for couriers" /><Radio value="store" label="The store" /></Group>
          </Radio.Group>
          <TextInput label="Folder" description="Below that; empty: that itself" value={value.folder ?? ''} onChange={(event) => onChange({ folder: event.currentTarget.value })} />
        </SimpleGrid>
        <Textarea label="Load settings" description="JSON: an array of files and archives" classNames={{ input: 'mono' }} autosize minRows={8} spellCheck={false} value={text} error={wrong}
          onChange={(event) => onChange({ settings: event.currentTarget.value })} />
      </Stack>
    </Section>
  );
}
