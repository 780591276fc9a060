-- Records that a projection has applied all events of the touched streams (touched_v1). In plpgsql, whose plans are kept: every append
-- that a projection follows calls it.
--   p_projection  the projection's name
--   p_prefix      what the names of its streams begin with
-- Result: none.
create or replace function {ledger}.advance_v2(p_projection text, p_prefix text)
returns void
language plpgsql
volatile
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
begin
    insert into {ledger}.projection_head as h (projection, stream, version)
    select p_projection, t.id, least(t.version, s.last)
    from {ledger}.touched_v1() as s
    join {events}.mt_streams as t on t.id = s.stream
    where starts_with(s.stream, p_prefix)
    order by t.id
    on conflict ({tenant_key}projection, stream) do update set version = excluded.version
    where h.version <> excluded.version;
end
$function$;
