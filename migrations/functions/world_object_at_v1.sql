-- One object after the first p_position events of a history. The rows must reach that far.
--   p_stream    the run or branch
--   p_id        the object's id
--   p_position  the number of events
-- Result: its state, also if it was removed; no row if it never existed.
create or replace function {ledger}.world_object_at_v1(p_stream text, p_id text, p_position bigint)
returns table (type text, data jsonb, created_at bigint, changed_at bigint, removed boolean)
language sql
stable
rows 1
as $function$
    select x.type, x.data, x.created_at, s.before + x.valid_from - 1, x.removed
    from {ledger}.world_segment_v1(p_stream, p_position) as s
    cross join lateral (
        (select o.type, o.data, o.created_at, o.valid_from, o.removed
         from {ledger}.world_object as o
         where o.stream = s.stream and o.id = p_id and o.valid_from <= s.upto)
        union all
        (select o.type, o.data, o.created_at, o.valid_from, o.removed
         from {ledger}.world_object_past as o
         where o.stream = s.stream and o.id = p_id and o.valid_from <= s.upto
         order by o.valid_from desc
         limit 1)
        order by valid_from desc
        limit 1) as x
    order by s.ordinal desc
    limit 1
$function$;
