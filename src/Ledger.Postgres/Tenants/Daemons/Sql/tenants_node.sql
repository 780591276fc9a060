-- Says until the session ends that the daemon of all tenants runs on a node. $1 its name.
select pg_advisory_lock_shared(hashtextextended({ledger_text} || '.daemon of ' || $1, 0))
