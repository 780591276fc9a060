-- Events that may have what a search asks for, by its index: all that do, and others, so that each must be looked at. Those that were rewritten are among them,
-- and numbers that the index has given up waiting for, whose event may have appeared since.
--   p_all    keys that the event has
--   p_any    keys of which it has one (null: any event)
--   p_after  the number before the first wanted
--   p_before the number after the last wanted
--   p_most   how many: the last ones
-- Result: numbers of events, the last of the log first.
-- Only the index of the keys is used: by the one of the numbers all keys would be compared.
create or replace function {ledger}.search_candidates_v1(p_all smallint[], p_any smallint[], p_after bigint, p_before bigint, p_most integer)
returns setof bigint
language plpgsql
stable
rows 1000
set enable_seqscan = off
set enable_indexscan = off
set plan_cache_mode = force_generic_plan
as $function$
begin
    if p_any is null then
        return query
        select c.seq
        from (
            select s.seq from {ledger}.search_entry as s where s.keys @> p_all
            union all
            select s.seq from {ledger}.search_entry as s where s.keys is null or s.keys = '{}'
            offset 0) as c
        where c.seq > p_after
          and c.seq < p_before
        order by c.seq desc
        limit p_most;
    elsif cardinality(p_all) = 0 then
        return query
        select c.seq
        from (
            select s.seq from {ledger}.search_entry as s where s.keys && p_any
            union all
            select s.seq from {ledger}.search_entry as s where s.keys is null or s.keys = '{}'
            offset 0) as c
        where c.seq > p_after
          and c.seq < p_before
        order by c.seq desc
        limit p_most;
    else
        return query
        select c.seq
        from (
            select s.seq from {ledger}.search_entry as s where s.keys @> p_all and s.keys && p_any
            union all
            select s.seq from {ledger}.search_entry as s where s.keys is null or s.keys = '{}'
            offset 0) as c
        where c.seq > p_after
          and c.seq < p_before
        order by c.seq desc
        limit p_most;
    end if;
end
$function$;
