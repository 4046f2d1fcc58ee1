#include "cli/demo/definitions.hpp"

#include <array>

namespace weir::cli::demo {
namespace {

const std::array<StreamDefinition, 4> stream_definitions{{
    {Stream::github, "GitHub events", "Webhook payloads as GitHub sends them", "json"},
    {Stream::deliveries, "GitHub deliveries", "One flat line a webhook delivery", "json"},
    {Stream::sales, "Sales transactions", "Tills of the cafes", "xml"},
    {Stream::invoices, "Invoices", "UBL 2.1 from suppliers", "xml"},
}};

// The events are of some 60 kinds whose members disagree in type: the schema names what the queries
// look at, and everything else is left where it is.
constexpr std::string_view github_schema = R"({"type":"struct","fields":[
  {"name":"action","type":"string","nullable":true,"metadata":{}},
  {"name":"repository","nullable":true,"metadata":{},"type":{"type":"struct","fields":[
    {"name":"full_name","type":"string","nullable":true,"metadata":{}}]}},
  {"name":"sender","nullable":true,"metadata":{},"type":{"type":"struct","fields":[
    {"name":"login","type":"string","nullable":true,"metadata":{}}]}},
  {"name":"workflow_job","nullable":true,"metadata":{},"type":{"type":"struct","fields":[
    {"name":"id","type":"long","nullable":true,"metadata":{}},
    {"name":"run_id","type":"long","nullable":true,"metadata":{}},
    {"name":"run_attempt","type":"long","nullable":true,"metadata":{}},
    {"name":"labels","nullable":true,"metadata":{},
     "type":{"type":"array","elementType":"string","containsNull":true}},
    {"name":"steps","nullable":true,"metadata":{},
     "type":{"type":"array","containsNull":true,"elementType":{"type":"struct","fields":[
       {"name":"number","type":"long","nullable":true,"metadata":{}},
       {"name":"name","type":"string","nullable":true,"metadata":{}},
       {"name":"status","type":"string","nullable":true,"metadata":{}},
       {"name":"conclusion","type":"string","nullable":true,"metadata":{}},
       {"name":"started_at","type":"string","nullable":true,"metadata":{}}]}}}]}},
  {"name":"issue","nullable":true,"metadata":{},"type":{"type":"struct","fields":[
    {"name":"id","type":"long","nullable":true,"metadata":{}},
    {"name":"number","type":"long","nullable":true,"metadata":{}},
    {"name":"title","type":"string","nullable":true,"metadata":{}},
    {"name":"state","type":"string","nullable":true,"metadata":{}},
    {"name":"updated_at","type":"string","nullable":true,"metadata":{}},
    {"name":"labels","nullable":true,"metadata":{},
     "type":{"type":"array","containsNull":true,"elementType":{"type":"struct","fields":[
       {"name":"id","type":"long","nullable":true,"metadata":{}},
       {"name":"name","type":"string","nullable":true,"metadata":{}}]}}}]}}]})";

const TableDefinition job_steps{
    .table = Table::job_steps,
    .stream = Stream::github,
    .source = "GitHub",
    .name = "JobSteps",
    .feed_json = R"({"fields":[
      {"name":"job_id","type":"integer","required":true},
      {"name":"number","type":"integer","required":true,"rename_to":"step_number"},
      {"name":"step","type":"string"},
      {"name":"status","type":"string"},
      {"name":"conclusion","type":"string"},
      {"name":"runs_on","type":"string"},
      {"name":"repository","type":"string"},
      {"name":"actor","type":"string"},
      {"name":"attempt","type":"integer"},
      {"name":"started_at","type":"datetime"}],
      "primary_key":["job_id","step_number"],"last_updated":"attempt","error_threshold":1})",
    .query_name = "GitHub_Job_Steps",
    .query_about = "One row a step of a workflow job",
    .sql = R"sql(WITH jobs AS (
  SELECT workflow_job.id AS job_id
       , workflow_job.run_attempt AS attempt
       , workflow_job.labels[0] AS runs_on
       , repository.full_name AS repository
       , sender.login AS actor
       , EXPLODE(workflow_job.steps) AS s
  FROM streaming
)
SELECT job_id, s.number AS `number`, s.name AS step, s.status, s.conclusion
     , runs_on, repository, actor, attempt, s.started_at
FROM jobs)sql",
    .row_tag = "",
    .schema_json = github_schema,
    .key_columns = {"job_id", "step_number"},
    .version_column = "attempt",
    .sample_columns = "job_id, step_number, step, conclusion, runs_on, attempt",
};

const TableDefinition issue_labels{
    .table = Table::issue_labels,
    .stream = Stream::github,
    .source = "GitHub",
    .name = "IssueLabels",
    .feed_json = R"({"fields":[
      {"name":"issue_id","type":"integer","required":true},
      {"name":"label","type":"string","required":true},
      {"name":"issue_number","type":"integer"},
      {"name":"title","type":"string"},
      {"name":"state","type":"string"},
      {"name":"action","type":"string"},
      {"name":"repository","type":"string"},
      {"name":"updated_at","type":"datetime"}],
      "primary_key":["issue_id","label"],"last_updated":"updated_at","error_threshold":1})",
    .query_name = "GitHub_Issue_Labels",
    .query_about = "One row a label of an issue, and one for an issue without any",
    .sql = R"sql(SELECT e.issue.id AS issue_id
     , COALESCE(l.name, "(none)") AS label
     , e.issue.number AS issue_number
     , e.issue.title AS title
     , e.issue.state AS state
     , e.action AS action
     , e.repository.full_name AS repository
     , e.issue.updated_at AS updated_at
FROM streaming e
LATERAL VIEW OUTER EXPLODE(e.issue.labels) labels AS l
WHERE e.issue.id IS NOT NULL)sql",
    .row_tag = "",
    .schema_json = github_schema,
    .key_columns = {"issue_id", "label"},
    .version_column = "title",
    .sample_columns = "issue_id, label, issue_number, title, state, updated_at",
};

const TableDefinition deliveries{
    .table = Table::deliveries,
    .stream = Stream::deliveries,
    .source = "GitHub",
    .name = "Deliveries",
    .feed_json = R"({"fields":[
      {"name":"delivery_id","type":"string","required":true},
      {"name":"event","type":"string","required":true},
      {"name":"action","type":"string"},
      {"name":"repository","type":"string"},
      {"name":"private","type":"boolean"},
      {"name":"sender","type":"string"},
      {"name":"received_at","type":"datetime","required":true},
      {"name":"bytes","type":"integer","rename_to":"payload_bytes"},
      {"name":"attempt","type":"integer"}],
      "primary_key":["delivery_id"],"last_updated":"received_at","error_threshold":1})",
    .query_name = "",
    .query_about = "",
    .sql = "",
    .row_tag = "",
    .schema_json = "",
    .key_columns = {"delivery_id"},
    .version_column = "attempt",
    .sample_columns = "delivery_id, event, action, repository, payload_bytes, attempt",
};

const TableDefinition tenders{
    .table = Table::tenders,
    .stream = Stream::sales,
    .source = "Retail",
    .name = "Tenders",
    .feed_json = R"({"fields":[
      {"name":"transaction_id","type":"string","required":true},
      {"name":"tender","type":"string","required":true},
      {"name":"amount","type":"decimal","scale":2},
      {"name":"total","type":"decimal","scale":2},
      {"name":"store","type":"integer"},
      {"name":"channel","type":"string"},
      {"name":"kind","type":"string"},
      {"name":"sold_at","type":"datetime"}],
      "primary_key":["transaction_id","tender"],"last_updated":"sold_at","error_threshold":1})",
    .query_name = "Retail_Tenders",
    .query_about = "One row a tender of a sale",
    .sql = R"sql(WITH sales AS (
  SELECT salesTransactionId AS transaction_id
       , `type` AS kind
       , `dateTime` AS sold_at
       , salesOrder.storeNumber AS store
       , salesOrder.channelType AS channel
       , salesOrder.orderSummary.totalAmount AS total
       , EXPLODE(salesOrder.tenders.tender) AS t
  FROM streaming
)
SELECT transaction_id, t.`type` AS tender, t.amount AS amount, total, store, channel, kind, sold_at
FROM sales)sql",
    .row_tag = "salesTransaction",
    .schema_json = R"({"type":"struct","fields":[
      {"name":"salesTransactionId","type":"string","nullable":true,"metadata":{}},
      {"name":"type","type":"string","nullable":true,"metadata":{}},
      {"name":"dateTime","type":"string","nullable":true,"metadata":{}},
      {"name":"salesOrder","nullable":true,"metadata":{},"type":{"type":"struct","fields":[
        {"name":"storeNumber","type":"string","nullable":true,"metadata":{}},
        {"name":"channelType","type":"string","nullable":true,"metadata":{}},
        {"name":"tenders","nullable":true,"metadata":{},"type":{"type":"struct","fields":[
          {"name":"tender","nullable":true,"metadata":{},
           "type":{"type":"array","containsNull":true,"elementType":{"type":"struct","fields":[
             {"name":"type","type":"string","nullable":true,"metadata":{}},
             {"name":"amount","type":"string","nullable":true,"metadata":{}}]}}}]}},
        {"name":"orderSummary","nullable":true,"metadata":{},"type":{"type":"struct","fields":[
          {"name":"totalAmount","type":"string","nullable":true,"metadata":{}}]}}]}}]})",
    .key_columns = {"transaction_id", "tender"},
    .version_column = "kind",
    .sample_columns = "transaction_id, tender, amount, total, store, channel, kind",
};

const TableDefinition invoice_lines{
    .table = Table::invoice_lines,
    .stream = Stream::invoices,
    .source = "Finance",
    .name = "InvoiceLines",
    .feed_json = R"({"fields":[
      {"name":"invoice_id","type":"string","required":true},
      {"name":"line_id","type":"integer","required":true},
      {"name":"issued","type":"date"},
      {"name":"supplier","type":"string"},
      {"name":"customer","type":"string"},
      {"name":"item","type":"string"},
      {"name":"quantity","type":"integer"},
      {"name":"unit","type":"string"},
      {"name":"amount","type":"decimal","scale":2},
      {"name":"currency","type":"string"}],
      "primary_key":["invoice_id","line_id"],"error_threshold":0})",
    .query_name = "Invoice_Lines",
    .query_about = "One row a line of an invoice",
    .sql = R"sql(WITH lines AS (
  SELECT `cbc:ID` AS invoice_id
       , `cbc:IssueDate` AS issued
       , `cac:AccountingSupplierParty`.`cac:Party`.`cac:PartyName`.`cbc:Name` AS supplier
       , `cac:AccountingCustomerParty`.`cac:Party`.`cac:PartyName`.`cbc:Name` AS customer
       , EXPLODE(`cac:InvoiceLine`) AS l
  FROM streaming
)
SELECT invoice_id, l.`cbc:ID` AS line_id, issued, supplier, customer
     , l.`cac:Item`.`cbc:Name` AS item
     , l.`cbc:InvoicedQuantity`.`_VALUE` AS quantity
     , l.`cbc:InvoicedQuantity`.`_unitCode` AS unit
     , l.`cbc:LineExtensionAmount`.`_VALUE` AS amount
     , l.`cbc:LineExtensionAmount`.`_currencyID` AS currency
FROM lines)sql",
    .row_tag = "Invoice",
    .schema_json = R"({"type":"struct","fields":[
      {"name":"cbc:ID","type":"string","nullable":true,"metadata":{}},
      {"name":"cbc:IssueDate","type":"string","nullable":true,"metadata":{}},
      {"name":"cac:AccountingSupplierParty","nullable":true,"metadata":{},
       "type":{"type":"struct","fields":[{"name":"cac:Party","nullable":true,"metadata":{},
       "type":{"type":"struct","fields":[{"name":"cac:PartyName","nullable":true,"metadata":{},
       "type":{"type":"struct","fields":[
         {"name":"cbc:Name","type":"string","nullable":true,"metadata":{}}]}}]}}]}},
      {"name":"cac:AccountingCustomerParty","nullable":true,"metadata":{},
       "type":{"type":"struct","fields":[{"name":"cac:Party","nullable":true,"metadata":{},
       "type":{"type":"struct","fields":[{"name":"cac:PartyName","nullable":true,"metadata":{},
       "type":{"type":"struct","fields":[
         {"name":"cbc:Name","type":"string","nullable":true,"metadata":{}}]}}]}}]}},
      {"name":"cac:InvoiceLine","nullable":true,"metadata":{},
       "type":{"type":"array","containsNull":true,"elementType":{"type":"struct","fields":[
        {"name":"cbc:ID","type":"string","nullable":true,"metadata":{}},
        {"name":"cbc:InvoicedQuantity","nullable":true,"metadata":{},
         "type":{"type":"struct","fields":[
          {"name":"_unitCode","type":"string","nullable":true,"metadata":{}},
          {"name":"_VALUE","type":"string","nullable":true,"metadata":{}}]}},
        {"name":"cbc:LineExtensionAmount","nullable":true,"metadata":{},
         "type":{"type":"struct","fields":[
          {"name":"_currencyID","type":"string","nullable":true,"metadata":{}},
          {"name":"_VALUE","type":"string","nullable":true,"metadata":{}}]}},
        {"name":"cac:Item","nullable":true,"metadata":{},"type":{"type":"struct","fields":[
          {"name":"cbc:Name","type":"string","nullable":true,"metadata":{}}]}}]}}}]})",
    .key_columns = {"invoice_id", "line_id"},
    .version_column = "item",
    .sample_columns = "invoice_id, line_id, supplier, item, quantity, unit, amount, currency",
};

}  // namespace

const StreamDefinition& definition_of(Stream stream) {
  return stream_definitions[static_cast<std::size_t>(stream)];
}

const TableDefinition& definition_of(Table table) {
  switch (table) {
    case Table::job_steps:
      return job_steps;
    case Table::issue_labels:
      return issue_labels;
    case Table::deliveries:
      return deliveries;
    case Table::tenders:
      return tenders;
    case Table::invoice_lines:
      return invoice_lines;
  }
  return deliveries;
}

}  // namespace weir::cli::demo
