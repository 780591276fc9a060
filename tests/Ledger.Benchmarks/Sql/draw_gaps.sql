-- Draws numbers that no event will ever have: $1 how many.
select max(nextval('ledger.mt_events_sequence')) from generate_series(1, $1)
