-- The values on which the two sides of a merge disagree, of an object or relation that all have.
--   p_path            the place of the value, a JSON pointer
--   p_ours, p_theirs  the value on both sides (null: it is not there)
--   p_bases           the value in each of the newest common states
--   p_deep            whether the members of JSON objects are compared one by one
-- Result: a row for each: its place, and the value in the newest common state and on both sides.
create or replace function {ledger}.merge_disputes_v1(p_path text, p_ours jsonb, p_theirs jsonb, p_bases jsonb[], p_deep boolean)
returns table (path text, base jsonb, ours jsonb, theirs jsonb)
language plpgsql
immutable
as $function$
begin
    if p_ours is not distinct from p_theirs
        or not exists (select from unnest(p_bases) as b (value) where b.value is distinct from p_theirs)
        or not exists (select from unnest(p_bases) as b (value) where b.value is distinct from p_ours) then
        return;
    end if;

    if not p_deep or jsonb_typeof(p_ours) is distinct from 'object' or jsonb_typeof(p_theirs) is distinct from 'object' then
        return query select p_path, p_bases[1], p_ours, p_theirs;
        return;
    end if;

    return query
    select d.path, d.base, d.ours, d.theirs
    from jsonb_object_keys(p_ours || p_theirs) as k (key)
    cross join lateral {ledger}.merge_disputes_v1(
        p_path || '/' || replace(replace(k.key, '~', '~0'), '/', '~1'),
        p_ours -> k.key,
        p_theirs -> k.key,
        array(select case when jsonb_typeof(b.value) = 'object' then b.value -> k.key end from unnest(p_bases) with ordinality as b (value, n) order by b.n),
        true) as d;
end
$function$;
