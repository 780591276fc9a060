-- The number of first events that two histories have in common.
--   p_a, p_at_a  the first history and the position that it is taken up to
--   p_b, p_at_b  the second one
-- Result: the number.
create or replace function {ledger}.world_common_v1(p_a text, p_at_a bigint, p_b text, p_at_b bigint)
returns bigint
language plpgsql
stable
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
set jit = off
set plan_cache_mode = force_generic_plan
as $function$
begin
    return (
        with pair as (
            select a.before, least(a.upto, b.upto) as shared, a.upto = b.upto as whole, a.stream = b.stream as same
            from {ledger}.world_segment_v1(p_a, p_at_a) as a
            join {ledger}.world_segment_v1(p_b, p_at_b) as b on b.before = a.before
        )
        select coalesce(sum(p.shared), 0)::bigint
        from pair as p
        where p.same
          and not exists (select from pair as e where e.before < p.before and not (e.same and e.whole)));
end
$function$;
