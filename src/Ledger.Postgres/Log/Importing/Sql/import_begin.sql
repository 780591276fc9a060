-- Begins the transaction of an import. $1 the inline projections that follow in it, or null: their shared locks are taken before
-- anything else, as append_v1 does. Prevents sequential-scan plans, which old statistics would cause during an import.
select set_config('enable_seqscan', 'off', true),
       (select count(pg_advisory_xact_lock_shared({ledger}.projection_key_v1(n.name))) from unnest($1) as n (name))
