-- One event in the form of pending_v2, to apply a dead letter again.
--   p_sequence  its sequence number
-- Result: the event.
create or replace function {ledger}.replayed_v1(p_sequence bigint)
returns setof {events}.mt_events
language sql
stable
rows 1
set enable_seqscan = off
as $function$
    select e.* from {events}.mt_events as e where e.seq_id = p_sequence
$function$;
