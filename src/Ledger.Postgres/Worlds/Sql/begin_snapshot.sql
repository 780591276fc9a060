-- The transactions that have ended: what a history that is read after it shows. One row.
select pg_current_snapshot()::text
