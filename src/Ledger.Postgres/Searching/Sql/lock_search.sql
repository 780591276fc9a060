-- Begins a transaction that writes the index of the search: no event that it reads is rewritten meanwhile, its commit does not wait for the disk, because a crash
-- loses only what follows from the log, and its statements use indexes.
select pg_advisory_xact_lock_shared({ledger}.projection_key_v1('ledger:search')),
       set_config('synchronous_commit', 'off', true),
       set_config('enable_seqscan', 'off', true)
