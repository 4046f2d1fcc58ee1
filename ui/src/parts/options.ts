/** Choices of a Select out of things with a name and an id. */
import { visible } from '../drawn/visible';

export function optionsOf(items: { id: string; name: string }[] | undefined) {
  return (items ?? []).map((each) => ({ value: each.id, label: `${visible(each.name)} (${each.id})` }));
}
