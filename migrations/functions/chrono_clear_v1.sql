-- Removes the rows of a record store before they are written again, and notes that events were rewritten.
--   p_stream  the store's stream
-- Result: none.
create or replace function {ledger}.chrono_clear_v1(p_stream text)
returns void
language plpgsql
volatile
set enable_seqscan = off
as $function$
begin
    delete from {ledger}.chrono_change as c where c.stream = p_stream;
    update {ledger}.chrono_head as h set version = -1 - h.version where h.stream = p_stream and h.version < 0;
    delete from {ledger}.chrono_record as r where r.stream = p_stream;
end
$function$;
