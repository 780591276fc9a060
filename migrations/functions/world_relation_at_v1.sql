-- One relation after the first p_position events of a history. The rows must reach that far.
--   p_stream    the run or branch
--   p_id        the relation's id
--   p_position  the number of events
-- Result: its state, also if it was removed; no row if it never existed.
create or replace function {ledger}.world_relation_at_v1(p_stream text, p_id text, p_position bigint)
returns table (
    type text, source_id text, target_id text, data jsonb, created_at bigint, changed_at bigint, removed boolean)
language sql
stable
rows 1
as $function$
    select x.type, x.source_id, x.target_id, x.data, x.created_at, s.before + x.valid_from - 1, x.removed
    from {ledger}.world_segment_v1(p_stream, p_position) as s
    cross join lateral (
        (select r.type, r.source_id, r.target_id, r.data, r.created_at, r.valid_from, r.removed
         from {ledger}.world_relation as r
         where r.stream = s.stream and r.id = p_id and r.valid_from <= s.upto)
        union all
        (select r.type, r.source_id, r.target_id, r.data, r.created_at, r.valid_from, r.removed
         from {ledger}.world_relation_past as r
         where r.stream = s.stream and r.id = p_id and r.valid_from <= s.upto
         order by r.valid_from desc
         limit 1)
        order by valid_from desc
        limit 1) as x
    order by s.ordinal desc
    limit 1
$function$;
