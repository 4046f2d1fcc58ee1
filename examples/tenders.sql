-- One row a tender of a sale. FROM names the courier's file tag.
WITH sales AS (
  SELECT salesTransactionId AS transaction_id
       , `type` AS kind
       , `dateTime` AS sold_at
       , salesOrder.storeNumber AS store
       , EXPLODE(salesOrder.tenders.tender) AS t
  FROM streaming
)
SELECT transaction_id, t.`type` AS tender, t.amount AS amount, store, kind, sold_at
FROM sales
