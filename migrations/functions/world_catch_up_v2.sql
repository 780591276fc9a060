-- Writes missing world rows of a history, from its root down.
--   p_stream  the run or branch
--   p_limit   the most events of each stream
-- Result: whether no row is missing any more.
create or replace function {ledger}.world_catch_up_v2(p_stream text, p_limit bigint)
returns boolean
language plpgsql
volatile
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
set jit = off
as $function$
declare
    lagging text[];
    one text;
begin
    select array_agg(s.stream order by s.ordinal)
    into lagging
    from {ledger}.world_segment_v1(p_stream, {ledger}.history_length_v1(p_stream)) as s
    left join {ledger}.world_head as h on h.stream = s.stream
    where h.stream is null
       or h.cut_version is null and h.version < s.upto;
    if lagging is null then
        return true;
    end if;

    perform {ledger}.touch_v1('ledger:world', lagging);
    foreach one in array lagging loop
        perform {ledger}.project_world_v2(array[one], p_limit);
        perform from {ledger}.world_head as h
        join {events}.mt_streams as t on t.id = h.stream
        where h.stream = one and h.cut_version is null and h.version < t.version;
        if found then
            return false;
        end if;
    end loop;

    return true;
end
$function$;
