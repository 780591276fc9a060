-- Releases the daemon of a tenant: $1 its name.
select pg_advisory_unlock(hashtextextended('ledger:tenant:' || $1, 0))
