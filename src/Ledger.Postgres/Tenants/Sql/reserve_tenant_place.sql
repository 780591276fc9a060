-- Keeps a database for one caller until its transaction ends: $1 the place. False if another caller is giving it to a tenant now.
select set_config('idle_in_transaction_session_timeout', '0', true) is not null
   and pg_try_advisory_xact_lock(hashtextextended('ledger:place:' || $1, 0))
