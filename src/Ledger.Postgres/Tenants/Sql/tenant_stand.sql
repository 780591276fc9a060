-- Says that this node can run the daemons of tenants, until its session ends. $1 the place that their schema has, or nothing.
select pg_advisory_lock_shared(hashtextextended('ledger:tenants' || $1, 0))
