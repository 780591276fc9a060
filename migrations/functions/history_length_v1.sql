-- The number of events of a history.
--   p_stream  the run or branch
-- Result: the number; 0 if the stream does not exist.
create or replace function {ledger}.history_length_v1(p_stream text)
returns bigint
language plpgsql
stable
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
begin
    return (
        select coalesce((select b.fork_position from {ledger}.branch as b where b.stream = p_stream), 0)
             + coalesce((select t.version from {events}.mt_streams as t where t.id = p_stream), 0));
end
$function$;
