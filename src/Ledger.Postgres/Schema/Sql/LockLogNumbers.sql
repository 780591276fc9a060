-- Prevents other transactions from drawing a number of the log until this one ends, and waits for those that hold one: every ALTER SEQUENCE does.
-- https://www.postgresql.org/docs/current/sql-altersequence.html
alter sequence {events}.mt_events_sequence no cycle
