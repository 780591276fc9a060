-- Begins the transaction of an import. $1 the inline projections that follow in it, or null: their shared locks are taken before
-- anything else, as append_v1 does. Sequential-scan plans, which statistics from before an import invite, are kept off.
select set_config('enable_seqscan', 'off', true),
       (select count(pg_advisory_xact_lock_shared({ledger}.projection_key_v1(n.name))) from unnest($1) as n (name))
