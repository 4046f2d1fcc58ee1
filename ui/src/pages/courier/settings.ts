import type { Schema } from '../../api/client';

/** What of a courier can be set, as the API takes it. */
export function settingsOf(courier: Schema['Courier']): Schema['NewCourier'] {
  const { kind, name, load_operations, trigger, credential_id } = courier;
  const both = { kind, name, load_operations, trigger, ...(credential_id ? { credential_id } : {}) };
  if (kind === 'file') {
    const { location, folder, load_settings } = courier;
    return { ...both, location, folder, load_settings };
  }
  const { stream_id, file_format, file_tag, file_pattern_prefix } = courier;
  return {
    ...both, stream_id, file_tag,
    file_format: file_format as Schema['NewCourier']['file_format'],
    ...(file_pattern_prefix ? { file_pattern_prefix } : {}),
  };
}
