-- Ends this transaction when its node is silent for seconds, because the next owner of its shard waits for the locks.
-- https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-IDLE-IN-TRANSACTION-SESSION-TIMEOUT
select set_config('idle_in_transaction_session_timeout', '4s', true)
