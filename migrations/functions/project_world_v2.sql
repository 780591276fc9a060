-- Writes the world rows of the events that streams have and their rows lack. The transaction must hold the locks of the streams. A branch
-- gets no rows while its ancestors' rows lack events that it shares.
-- The streams whose rows lack one event, as after single appends, are written together by project_events_v1; the rest goes to fold_world_v2.
--   p_streams  the streams
--   p_limit    the most events of each stream
-- Result: none.
create or replace function {ledger}.project_world_v2(p_streams text[], p_limit bigint)
returns void
language plpgsql
volatile
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
set jit = off
set plan_cache_mode = force_generic_plan
as $function$
declare
    lacking text[];
    lacking_version bigint[];
    lacking_type text[];
    lacking_data jsonb[];
    rest text[] := p_streams;
begin
    -- The daemon locks the head alone, and what it is just writing is not lacking.
    perform from {ledger}.world_head as h where h.stream = any (p_streams) order by h.stream collate "C" for no key update;
    select array_agg(h.stream), array_agg(m.version), array_agg(m.type), array_agg(m.data)
    into lacking, lacking_version, lacking_type, lacking_data
    from {ledger}.world_head as h
    join {events}.mt_streams as t on t.id = h.stream and t.version = h.version + 1
    join {events}.mt_events as m on m.stream_id = t.id and m.version = t.version
    where h.stream = any (p_streams)
      and h.version > 0
      and h.cut_version is null
      and h.fault is distinct from 'inherited';
    if lacking is not null then
        rest := {ledger}.project_events_v1(lacking, lacking_version, lacking_type, lacking_data);
        if cardinality(lacking) < cardinality(p_streams) then
            rest := rest || array(select n.stream from unnest(p_streams) as n (stream) where n.stream <> all (lacking));
        end if;
    end if;

    if cardinality(rest) > 0 then
        perform {ledger}.fold_world_v2(rest, p_limit);
    end if;
end
$function$;
