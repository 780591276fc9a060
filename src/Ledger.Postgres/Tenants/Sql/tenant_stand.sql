-- Says that this node can run the daemons of tenants, until its session ends.
select pg_advisory_lock_shared(hashtextextended('ledger:tenants', 0))
