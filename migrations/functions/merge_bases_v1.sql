-- The states that two states have in common and that no other such state contains.
--   p_a, p_at_a  the first run or branch, and the number of its first events
--   p_b, p_at_b  the second one
--   p_merges     the merges, from merge_events_v1
-- Result: a row for each, the one whose last event is the newest first; the beginning of the first history if they have nothing in common.
create or replace function {ledger}.merge_bases_v1(p_a text, p_at_a bigint, p_b text, p_at_b bigint, p_merges jsonb)
returns table (stream text, at bigint)
language plpgsql
stable
set enable_seqscan = off
set jit = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_column
declare
    common_streams text[];
    common_versions bigint[];
    left_streams text[] := '{}';
    left_versions bigint[] := '{}';
    left_ats bigint[] := '{}';
    dropped text[] := '{}';
    c record;
begin
    select array_agg(a.stream), array_agg(least(a.upto, b.upto)) into common_streams, common_versions
    from {ledger}.merge_contents_v1(p_a, p_at_a, p_merges) as a
    join {ledger}.merge_contents_v1(p_b, p_at_b, p_merges) as b on b.stream = a.stream;

    -- What a deeper state was forked from is in it.
    for c in
        select n.stream, n.version, l.prefix + n.version as at
        from unnest(common_streams, common_versions) as n (stream, version)
        cross join lateral (
            select coalesce(sum(g.taken), 0)::bigint as prefix, count(*) as depth from {ledger}.lineage as g where g.branch = n.stream) as l
        order by l.depth desc, n.stream collate "C"
    loop
        continue when c.stream = any (dropped);
        left_streams := left_streams || c.stream;
        left_versions := left_versions || c.version;
        left_ats := left_ats || c.at;
        dropped := dropped || array(
            select s.stream
            from {ledger}.world_segment_v1(c.stream, c.at) as s
            join unnest(common_streams, common_versions) as n (stream, version) on n.stream = s.stream
            where s.stream <> c.stream and n.version <= s.upto);
    end loop;

    return query
    select n.stream, n.at
    from unnest(left_streams, left_versions, left_ats) as n (stream, version, at)
    where cardinality(left_streams) = 1
       or not exists (
           select
           from unnest(left_streams, left_ats) as o (stream, at)
           cross join lateral {ledger}.merge_contents_v1(o.stream, o.at, p_merges) as k
           where o.stream <> n.stream and k.stream = n.stream and k.upto >= n.version)
    order by (select e.seq_id from {events}.mt_events as e where e.stream_id = n.stream and e.version = n.version) desc nulls last, n.stream collate "C";
    if not found then
        return query select p_a, 0::bigint;
    end if;
end
$function$;
