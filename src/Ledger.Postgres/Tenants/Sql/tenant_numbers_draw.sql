-- Draws as many numbers for events, in order. $1 how many.
select nextval((quote_ident({events_text}) || '.mt_events_sequence')::regclass) from generate_series(1, $1)
