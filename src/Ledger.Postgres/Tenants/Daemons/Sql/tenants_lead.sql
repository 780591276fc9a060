-- Makes this session that of the one daemon that all tenants of the schema have, until it ends. False if another session is.
select pg_try_advisory_lock(hashtextextended({ledger_text} || '.daemon', 0))
