-- Keeps the log of a tenant for one caller that moves or deletes it, until its session ends. $1 the tenant, or nothing where the log is that of one. False if another has it.
select pg_try_advisory_lock(hashtextextended('ledger:move:' || {ledger_text} || ':' || $1, 0))
