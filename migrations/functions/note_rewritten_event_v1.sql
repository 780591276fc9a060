-- Records that an event was rewritten, for apply_rewritten_events_v1, and what the seal has committed to: the trigger tr_mt_events_rewritten.
-- Marten's compaction replaces the last event that it deletes by its own; it is refused here too, because it may delete nothing else. In other streams that event stands
-- for those before it, so what is derived from them remains valid.
-- Result: null, which a trigger after the row ignores.
create or replace function {ledger}.note_rewritten_event_v1()
returns trigger
language plpgsql
set enable_seqscan = off
as $function$
declare
    is_payload constant boolean := old.data is distinct from new.data or old.bdata is distinct from new.bdata;
begin
    if starts_with(new.mt_dotnet_type, 'JasperFx.Events.Compacted`') then
        if {ledger}.keeps_history_v1(new.stream_id) then
            perform {ledger}.refuse_compaction_v1(new.stream_id);
        end if;

        return null;
    end if;

    if is_payload or old.headers is distinct from new.headers then
        perform {ledger}.keep_commitments_v1(
            old.seq_id,
            old.stream_id,
            case when is_payload then old.data end,
            case when is_payload then old.bdata end,
            case when old.headers is distinct from new.headers then old.headers end);
    end if;

    insert into {ledger}.rewritten_event as r (transaction, stream, version)
    values (pg_current_xact_id(), new.stream_id, new.version)
    on conflict ({tenant_key}transaction, stream) do update
    set version = excluded.version
    where r.version > excluded.version or r.version < 0;
    return null;
end
$function$;
