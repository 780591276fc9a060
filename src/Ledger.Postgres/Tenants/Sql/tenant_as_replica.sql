-- Rows are copied as they are: neither triggers nor foreign keys look at them again.
-- https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-SESSION-REPLICATION-ROLE
select set_config('session_replication_role', 'replica', true)
