const text = (name: string) => ({ name, type: 'string', nullable: true, metadata: {} });
const struct = (...fields: unknown[]) => ({ type: 'struct', fields });
const part = (name: string, type: unknown) => ({ name, type, nullable: true, metadata: {} });

const sale = struct(
  text('saleId'),
  part('payments', struct(part('payment', { type: 'array', containsNull: true, elementType: struct(text('kind'), text('amount')) }))),
);

/** Worked examples: nested values, XML, arrays. `streaming` is the file tag under which a query finds the files. */
export const examples = [
  { name: 'Nested JSON', rowTag: '', schema: '', sql: 'SELECT\n  field1,\n  field2.`nested-field1` AS nested_field1,\n  field2.`nested-field2` AS nested_field2\nFROM streaming\n' },
  { name: 'An array', rowTag: '', schema: '', sql: 'SELECT order_id, item.sku, item.quantity\nFROM streaming\nLATERAL VIEW explode(items) AS item\n' },
  { name: 'XML', rowTag: 'sale', schema: JSON.stringify(sale, null, 1), sql: 'SELECT s.saleId, p.kind, p.amount\nFROM streaming s\nLATERAL VIEW explode(s.payments.payment) AS p\n' },
];
