-- One line per stream: the table its connector writes, key first.
set local client_min_messages = warning;

select pipeline.sink_table(
  'transactions_sink',
  'tx_id text', 'user_id text', 'amount numeric', 'currency text', 'merchant text', 'category text',
  '"timestamp" timestamptz'
);

select pipeline.sink_table(
  'user_events_sink',
  'event_id text', 'user_id text', 'event_type text', 'page text', 'device text',
  'duration_ms integer', '"timestamp" timestamptz'
);
