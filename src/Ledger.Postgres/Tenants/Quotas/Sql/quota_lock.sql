-- Waits for the transactions that have written streams or events, and keeps others from writing any until this one ends.
-- https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES
lock table {events}.mt_streams, {events}.mt_events in share row exclusive mode
