-- The values of an object or relation that a merge compares.
--   p_ours, p_theirs  its state on both sides, as merge_states_v1 returns it (null: it is not there)
--   p_bases           its state in each of the newest common states
-- Result: a row for each value that a side has: the place, a JSON pointer; the member of the state and, of the data, the property; and the
-- value on both sides and in the common states.
create or replace function {ledger}.merge_values_v1(p_ours jsonb, p_theirs jsonb, p_bases jsonb[])
returns table (path text, member text, property text, ours jsonb, theirs jsonb, bases jsonb[])
language sql
immutable
as $function$
    select '/' || m.key, m.key, null::text, p_ours -> m.key, p_theirs -> m.key,
           array(select b.state -> m.key from unnest(p_bases) with ordinality as b (state, n) order by b.n)
    from jsonb_object_keys(coalesce(p_ours, '{}') || coalesce(p_theirs, '{}')) as m (key)
    where m.key <> 'data'
    union all
    select '/data/' || replace(replace(m.key, '~', '~0'), '/', '~1'), 'data', m.key, p_ours #> array['data', m.key], p_theirs #> array['data', m.key],
           array(select b.state #> array['data', m.key] from unnest(p_bases) with ordinality as b (state, n) order by b.n)
    from jsonb_object_keys(coalesce(p_ours -> 'data', '{}') || coalesce(p_theirs -> 'data', '{}')) as m (key)
$function$;
