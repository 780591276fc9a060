-- One value that both sides of a merge may have changed.
--   p_ours, p_theirs  the value on both sides (null: it is not there)
--   p_bases           the value in each of the newest common states
--   p_deep            whether the members of JSON objects are merged one by one
-- Result: the merged value; ours where both sides changed it differently.
create or replace function {ledger}.merge_value_v1(p_ours jsonb, p_theirs jsonb, p_bases jsonb[], p_deep boolean)
returns jsonb
language plpgsql
immutable
as $function$
begin
    if p_ours is not distinct from p_theirs
        or not exists (select from unnest(p_bases) as b (value) where b.value is distinct from p_theirs) then
        return p_ours;
    end if;

    if not exists (select from unnest(p_bases) as b (value) where b.value is distinct from p_ours) then
        return p_theirs;
    end if;

    if not p_deep or jsonb_typeof(p_ours) is distinct from 'object' or jsonb_typeof(p_theirs) is distinct from 'object' then
        return p_ours;
    end if;

    return (
        select coalesce(jsonb_object_agg(m.key, m.value) filter (where m.value is not null), '{}')
        from (
            select k.key,
                   {ledger}.merge_value_v1(
                       p_ours -> k.key,
                       p_theirs -> k.key,
                       array(select case when jsonb_typeof(b.value) = 'object' then b.value -> k.key end from unnest(p_bases) with ordinality as b (value, n) order by b.n),
                       true) as value
            from jsonb_object_keys(p_ours || p_theirs) as k (key)) as m);
end
$function$;
