-- One line per stream: the table its connector writes, key first.
set local client_min_messages = warning;

select pipeline.sink_table(
  'transactions_sink',
  'tx_id text', 'user_id text', 'amount numeric', 'currency text', 'merchant text', 'category text',
  '"timestamp" timestamptz'
);
