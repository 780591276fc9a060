-- Releases the daemon of a tenant: $1 its name, $2 the place that its schema has, or nothing.
select pg_advisory_unlock(hashtextextended('ledger:tenant:' || $2 || $1, 0))
