-- What becomes of an object or relation in a merge.
--   p_ours, p_theirs  its state on both sides, as merge_states_v1 returns it (null: it is not there)
--   p_bases           its state in each of the newest common states
--   p_deep            the properties whose members are merged one by one: a JSON object of arrays by type
-- Result: one row: its state after the merge, ours where a conflict is open; the conflict: removed, created, or values, of single values;
-- null for none.
create or replace function {ledger}.merge_state_v1(
    p_ours jsonb, p_theirs jsonb, p_bases jsonb[], p_deep jsonb, out result jsonb, out conflict text)
language plpgsql
immutable
as $function$
begin
    result := p_ours;
    if p_ours is not distinct from p_theirs
        or not exists (select from unnest(p_bases) as b (state) where b.state is distinct from p_theirs) then
        return;
    end if;

    if not exists (select from unnest(p_bases) as b (state) where b.state is distinct from p_ours) then
        result := p_theirs;
        return;
    end if;

    if p_ours is null or p_theirs is null then
        conflict := 'removed';
        return;
    end if;

    if p_bases[1] is null then
        conflict := 'created';
        return;
    end if;

    select coalesce(jsonb_object_agg(v.member, v.merged) filter (where v.property is null), '{}') || jsonb_build_object(
               'data',
               coalesce(jsonb_object_agg(v.property, v.merged) filter (where v.property is not null and v.merged is not null), '{}')),
           case when bool_or(v.is_disputed) then 'values' end
    into result, conflict
    from (
        select m.member,
               m.property,
               case when d.is_kept then m.ours when d.is_taken then m.theirs
                   else {ledger}.merge_value_v1(m.ours, m.theirs, m.bases, d.is_deep) end as merged,
               case when d.is_kept or d.is_taken then false
                   else exists (select from {ledger}.merge_disputes_v1(m.path, m.ours, m.theirs, m.bases, d.is_deep)) end as is_disputed
        from {ledger}.merge_values_v1(p_ours, p_theirs, p_bases) as m
        cross join lateral (
            -- The usual cases, without a call for each value.
            select m.ours is not distinct from m.theirs
                       or not exists (select from unnest(m.bases) as b (value) where b.value is distinct from m.theirs) as is_kept,
                   not exists (select from unnest(m.bases) as b (value) where b.value is distinct from m.ours) as is_taken,
                   coalesce(p_deep -> (p_ours ->> 'type') ? m.property, false) as is_deep
            offset 0) as d) as v;
end
$function$;
