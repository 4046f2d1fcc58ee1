/** Worked examples: nested values, XML, arrays. `streaming` is the file tag under which a query finds the files. */
export const examples = [
  { name: 'Nested JSON', rowTag: '', sql: 'SELECT\n  field1,\n  field2.`nested-field1` AS nested_field1,\n  field2.`nested-field2` AS nested_field2\nFROM streaming\n' },
  { name: 'An array', rowTag: '', sql: 'SELECT order_id, item.sku, item.quantity\nFROM streaming\nLATERAL VIEW explode(items) AS item\n' },
  { name: 'XML', rowTag: 'sale', sql: 'SELECT s.saleId, p.kind, p.amount\nFROM streaming s\nLATERAL VIEW explode(s.payments.payment) AS p\n' },
];
