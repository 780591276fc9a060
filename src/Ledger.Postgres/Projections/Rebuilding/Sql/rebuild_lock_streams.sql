-- Locks streams, and makes swaps of a projection wait. $1 the projection, $2 the streams. A program that stops in the meantime loses the
-- transaction, because appends to the streams wait for it.
select set_config('idle_in_transaction_session_timeout', '10s', true),
       {ledger}.touch_v1($1, $2)
