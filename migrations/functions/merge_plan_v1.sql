-- What a merge compares: looks both histories up, writes the rows that are missing, and finds the newest common states.
--   p_target  the run or branch to merge into
--   p_source  the run or branch to merge
--   p_at      the number of the source's first events to merge (null: all)
-- Result: one row: the lengths of both; the merges, as merge_events_v1 returns them; the common states, the newest first; the positions
-- from which both sides go on from them. No row if the target contains the source. Refused with LG002 to LG004 as world_position_v1
-- does, and with LG005 (not two histories of one family).
create or replace function {ledger}.merge_plan_v1(
    p_target text,
    p_source text,
    p_at bigint)
returns table (
    target_at bigint, source_at bigint, merges jsonb, base_streams text[], base_ats bigint[], target_since bigint, source_since bigint)
language plpgsql
volatile
set enable_seqscan = off
set jit = off
set plan_cache_mode = force_generic_plan
as $function$
declare
    roots text[];
begin
    target_at := {ledger}.world_position_v1(p_target, null);
    source_at := {ledger}.world_position_v1(p_source, p_at);
    select array_agg(coalesce(b.root, s.stream)) into roots
    from unnest(array[p_target, p_source]) as s (stream)
    left join {ledger}.branch as b on b.stream = s.stream;
    if p_target = p_source or roots[1] <> roots[2] then
        raise exception '"%" and "%" are not two histories of one run, so that neither can be merged into the other.', p_source, p_target
            using errcode = 'LG005';
    end if;

    merges := {ledger}.merge_events_v1(array[p_target, p_source]);
    if {ledger}.merge_since_v1(p_source, source_at, array[p_target], array[target_at], merges) = source_at then
        return;
    end if;

    select array_agg(b.stream order by b.ordinal), array_agg(b.at order by b.ordinal) into base_streams, base_ats
    from {ledger}.merge_bases_v1(p_target, target_at, p_source, source_at, merges) with ordinality as b (stream, at, ordinal);
    for i in 1 .. cardinality(base_streams) loop
        perform {ledger}.world_position_v1(base_streams[i], base_ats[i]);
    end loop;

    target_since := {ledger}.merge_since_v1(p_target, target_at, base_streams, base_ats, merges);
    source_since := {ledger}.merge_since_v1(p_source, source_at, base_streams, base_ats, merges);
    return next;
end
$function$;
