-- The events of a run or branch with their positions, those of its ancestors first.
--   p_stream  the run or branch, such as run:a
--   p_from    the first position. Default: 0
--   p_to      the position after the last one (null: the end)
-- Result: a row for each event, in order: its position, stream, version, id, type, data, headers and time.
create or replace function {ledger}.history(p_stream text, p_from bigint default 0, p_to bigint default null)
returns table (
    at bigint, stream text, version bigint, id uuid, type text, data jsonb, headers jsonb, "timestamp" timestamptz)
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
    select s.before + m.version - 1, s.stream, m.version, m.id, m.type::text, m.data, m.headers, m."timestamp"
    from {ledger}.world_segment_v1(p_stream, coalesce(p_to, {ledger}.history_length_v1(p_stream))) as s
    cross join lateral (
        select e.version, e.id, e.type, e.data, e.headers, e."timestamp"
        from {events}.mt_events as e
        where e.stream_id = s.stream
          and e.version > p_from - s.before
          and e.version <= s.upto
        offset 0) as m
    order by s.ordinal, m.version;
end
$function$;

comment on function {ledger}.history(text, bigint, bigint) is
    'The events of a run or branch, its ancestors'' first, with their positions: from p_from, up to p_to without it (null: the end).';
