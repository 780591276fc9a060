-- Makes all writers of a projection wait until this transaction ends. $1 the projection, $2 how long to wait for those
-- under way: less than deadlock_timeout, so that a cycle of waits is left before it is detected. A program that stops in the meantime loses
-- the transaction, because appends wait for it.
select set_config('lock_timeout', $2, true),
       set_config('idle_in_transaction_session_timeout', '10s', true),
       pg_advisory_xact_lock({ledger}.projection_key_v1($1))
