-- The merges of some histories, those of the histories that were merged, and so on.
--   p_streams  the runs or branches
-- Result: a JSON array: of each event branch.merged that a merge wrote its stream, version, id, seq_id and actor, and the source and its
-- length; these two are null if the source no longer exists or the event does not name it.
create or replace function {ledger}.merge_events_v1(p_streams text[])
returns jsonb
language plpgsql
stable
set enable_seqscan = off
set jit = off
set plan_cache_mode = force_generic_plan
as $function$
declare
    wanted text[] := p_streams;
    known text[] := '{}';
    merges jsonb := '[]';
    found_merges jsonb;
begin
    loop
        select array_agg(distinct n.stream) into wanted
        from (
            select w.stream from unnest(wanted) as w (stream)
            union all
            select g.stream from unnest(wanted) as w (stream) join {ledger}.lineage as g on g.branch = w.stream) as n (stream)
        where not n.stream = any (known);
        exit when wanted is null;

        known := known || wanted;
        with recursive taken as (
            select w.stream, 0::bigint as number, m.*
            from unnest(wanted) as w (stream)
            cross join lateral (
                select e.stream_id, e.version, e.id, e.seq_id, e.type, e.headers, e.data
                from {events}.mt_events as e
                where e.id = {ledger}.merge_id_v1(w.stream, 0)
                offset 0) as m
            union all
            select t.stream, t.number + 1, m.*
            from taken as t
            cross join lateral (
                select e.stream_id, e.version, e.id, e.seq_id, e.type, e.headers, e.data
                from {events}.mt_events as e
                where e.id = {ledger}.merge_id_v1(t.stream, t.number + 1)
                offset 0) as m
        ),
        merge as (
            select t.*,
                   (select s.id
                    from {events}.mt_streams as s
                    where s.id = case
                            when jsonb_typeof(t.data -> 'source') = 'string'
                                and t.data ->> 'at' ~ '^[0-9]{1,18}$'
                                and jsonb_typeof(t.data -> 'at') = 'number'
                                and coalesce(jsonb_typeof(t.data -> 'base'), 'object') = 'object' then t.data ->> 'source'
                        end
                      and (s.is_archived is not true or not {ledger}.retaining_v1(s.id))) as source
            from taken as t
            where t.stream_id = t.stream and t.type = 'branch.merged'
        )
        select jsonb_agg(jsonb_build_object(
            'stream', m.stream, 'version', m.version, 'id', m.id, 'seq_id', m.seq_id, 'actor', m.headers ->> 'actor',
            'source', m.source, 'at', case when m.source is not null then (m.data ->> 'at')::bigint end))
        into found_merges
        from merge as m;

        merges := merges || coalesce(found_merges, '[]');
        select array_agg(distinct m.source) into wanted
        from jsonb_to_recordset(found_merges) as m (source text)
        where m.source is not null;
        exit when wanted is null;
    end loop;

    return merges;
end
$function$;
