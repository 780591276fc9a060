-- The events among the first p_position of a history that cannot be applied.
--   p_stream    the run or branch
--   p_position  the number of events
-- Result: a row for each, in order; data has the fields that show why, without their contents.
create or replace function {ledger}.world_faults_v1(p_stream text, p_position bigint)
returns table (at bigint, event_id uuid, foreign_id text, type text, fault text, data jsonb)
language plpgsql
stable
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
set jit = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_column
begin
    return query
    select s.before + f.version - 1,
           m.id,
           m.headers ->> 'foreign_id',
           m.type::text,
           f.fault,
           case
               when jsonb_typeof(m.data) <> 'object' then m.data
               else coalesce(
                   (select jsonb_object_agg(d.key, case when jsonb_typeof(d.value) = 'object' then '{}' else d.value end)
                    from jsonb_each(m.data) as d
                    where d.key in ('id', 'type', 'source_id', 'target_id', 'data', 'patch')),
                   '{}')
           end
    from {ledger}.world_segment_v1(p_stream, p_position) as s
    join {ledger}.world_fault as f on f.stream = s.stream and f.version <= s.upto
    join {events}.mt_events as m on m.stream_id = f.stream and m.version = f.version
    order by s.ordinal, f.version;
end
$function$;
