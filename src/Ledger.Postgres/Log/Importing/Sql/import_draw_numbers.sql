-- Draws sequence numbers within the transaction that inserts the events. $1 how many. One row: the time, the numbers as they rise.
select clock_timestamp(),
       array_agg(nextval((quote_ident({events_text}) || '.mt_events_sequence')::regclass))
from generate_series(1, $1)
