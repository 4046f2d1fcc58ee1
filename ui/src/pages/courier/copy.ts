import type { Schema } from '../../api/client';

/** The same settings under a name that nobody has. */
export function copyOf(courier: Schema['Courier'], all: Schema['Courier'][]): Schema['NewCourier'] {
  const taken = new Set(all.map((each) => each.name));
  let name = `${courier.name} copy`;
  for (let number = 2; taken.has(name); number += 1) name = `${courier.name} copy ${number}`;
  return { ...settingsOf(courier), name };
}

/** What of a courier can be set, as the API takes it. */
export function settingsOf(courier: Schema['Courier']): Schema['NewCourier'] {
  const { name, stream_id, file_format, file_tag, file_pattern_prefix, load_operations, trigger } = courier;
  return {
    name, stream_id, file_tag, load_operations, trigger,
    file_format: file_format as Schema['NewCourier']['file_format'],
    ...(file_pattern_prefix ? { file_pattern_prefix } : {}),
  };
}
