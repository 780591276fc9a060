-- The numbers of the last events of a stream, those that a compaction of a record store has taken out of it included.
--   p_stream  the stream
--   p_below   the version before the first of them
-- Result: the numbers.
create or replace function {ledger}.retained_numbers_v1(p_stream text, p_below bigint)
returns setof bigint
language sql
stable
as $function$
    select e.seq_id from {events}.mt_events as e where e.stream_id = p_stream and e.version > p_below
    union all
    select a.seq_id from {ledger}.chrono_archive as a where a.stream = p_stream and a.version > p_below
$function$;
